/** Differences with a larger two-sided p may be chance: a tie. */
const SIGNIFICANCE = 0.05;

/** Stands where there is no number. */
export const NOTHING = '–';

/** A number with fixed digits. */
export function fixed(value: number | null, digits: number): string {
  return value === null
    ? NOTHING
    : value
        .toFixed(digits)
        .replace(/^-(?=0(\.0*)?$)/, '')
        .replace('-', '−');
}

/** A share as a percentage, without its sign of percent where `bare`. */
export function percent(share: number | null, digits = 1): string {
  return share === null ? NOTHING : `${fixed(100 * share, digits)} %`;
}

/** A skill: a percentage that always has its sign. */
export function signedPercent(share: number): string {
  const text = percent(share);
  return text.startsWith('−') || Math.abs(share) < 0.0005 ? text : `+${text}`;
}

/** A p-value as it is written in tables. */
export function pValue(p: number | null): string {
  if (p === null) return NOTHING;
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** What a test says of a forecaster beside another. */
export type Verdict = 'wins' | 'ties' | 'loses' | 'untested';

/** better: whether its number is the better one. */
export function verdictOf(better: boolean, pDifferent: number | null): Verdict {
  if (pDifferent === null) return 'untested';
  if (pDifferent >= SIGNIFICANCE) return 'ties';
  return better ? 'wins' : 'loses';
}

/** "a, b and c". */
export function listOf(items: readonly (string | number)[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Keeps numbers and their units on one line. */
export function unbroken(sentence: string): string {
  return sentence.replace(/(?<=\d) (?=%)|(?<=\b[hp]) (?=[=<])|(?<=[=<]) (?=\d)/g, '\u00a0');
}
