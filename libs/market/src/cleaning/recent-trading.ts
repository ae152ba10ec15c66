import { type RawRow } from '../bars/bar';

const WINDOW = 20;
const FEWEST = 5;

/** What trading was like in the twenty rows before one; undefined where fewer than five of them have a volume. */
export interface RecentTrading {
  /** Median of close × volume, in the currency. A split does not change it. */
  readonly turnover: number;
  /** Median of high / low − 1. */
  readonly range: number;
}

/** {@link RecentTrading} before `rows[place]`. */
export function recentTrading(rows: readonly RawRow[], place: number): RecentTrading | undefined {
  const traded = rows.slice(Math.max(0, place - WINDOW), place).filter((row) => row.volume > 0);
  if (traded.length < FEWEST) return undefined;
  return {
    turnover: median(traded.map((row) => row.close * row.volume)),
    range: median(traded.map((row) => row.high / row.low - 1)),
  };
}

/** Median of number[n], n ≥ 1. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
