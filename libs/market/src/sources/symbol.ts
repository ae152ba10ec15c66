import { PermanentError } from '@closing-bell/contracts';

/**
 * Checks that a symbol is one: letters, digits and . - = ^ _, at most 20 of them, the first no dot. So it can stand in a
 * file's name or a URL and mean nothing else there. Throws a PermanentError (`invalid-symbol`).
 */
export function checkSymbol(symbol: string): void {
  if (/^[A-Za-z0-9^_][A-Za-z0-9.^=_-]{0,19}$/.test(symbol)) return;
  throw new PermanentError(
    `"${symbol.slice(0, 40)}" cannot be a symbol. Symbols are letters, digits and . - = ^ _, at most 20, such as BRK-B or ^GSPC.`,
    { reason: 'invalid-symbol', symbol: symbol.slice(0, 40) },
  );
}
