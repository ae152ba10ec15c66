const MOST = 8;

/** Symbols that begin with what was written come before those that hold it. */
export function matchingSymbols(symbols: readonly string[], written: string): string[] {
  const wanted = written.trim().toUpperCase();
  if (wanted === '') return [];
  const at = (symbol: string): number => symbol.toUpperCase().replace(/^\^/, '').indexOf(wanted.replace(/^\^/, ''));
  return symbols
    .filter((symbol) => at(symbol) >= 0)
    .sort((a, b) => Math.min(1, at(a)) - Math.min(1, at(b)) || a.localeCompare(b))
    .slice(0, MOST);
}
