import { kolmogorovSmirnovDistance } from './kolmogorov-smirnov';

/** Sessions of the current window: two weeks. A longer one sees a crash only when it is nearly over. */
const CURRENT = 10;
/** Sessions of the reference window, which ends where the current one begins: two years. */
const REFERENCE = 504;
/** An alarm needs a distance this many standard deviations above what the reference's own chunks show. */
const DEVIATIONS = 3;

/** How far one column's current window is from its reference window. */
export interface DriftScore {
  readonly column: string;
  readonly test: 'ks-distance';
  readonly score: number;
  /** Above it the score is an alarm. */
  readonly threshold: number;
  readonly alarmed: boolean;
}

/**
 * Drift of a symbol's returns and of its daily range as of the last bar. What the market does calmly says what is normal: the
 * reference window is cut into chunks as long as the current one, each chunk's distance from the rest is measured, and only a
 * distance above their mean plus three standard deviations alarms. A fixed p-value would alarm nearly always: volatility
 * clusters, and a test for independent values takes every cluster for news.
 *
 * bars: bar[n], oldest first → one score a column; none where the history is shorter than both windows.
 */
export function driftScores(
  bars: readonly { readonly high: number; readonly low: number; readonly close: number }[],
): DriftScore[] {
  const returns: number[] = [];
  const ranges: number[] = [];
  bars.slice(-(REFERENCE + CURRENT + 1)).forEach((bar, index, window) => {
    const before = window[index - 1];
    if (!before) return;
    returns.push(Math.log(bar.close / before.close));
    ranges.push(Math.log(bar.high / bar.low));
  });
  if (returns.length < REFERENCE + CURRENT) return [];
  return [score('log_return', returns), score('log_range', ranges)];
}

/** The scores that alarm, as a message tells them. */
export function alarmsOf(scores: readonly DriftScore[]): Omit<DriftScore, 'alarmed'>[] {
  return scores
    .filter(({ alarmed }) => alarmed)
    .map(({ column, test, score: distance, threshold }) => ({ column, test, score: distance, threshold }));
}

function score(column: string, values: readonly number[]): DriftScore {
  const reference = values.slice(0, REFERENCE);
  const distance = kolmogorovSmirnovDistance(reference, values.slice(REFERENCE));
  const threshold = calibratedThreshold(reference);
  return { column, test: 'ks-distance', score: distance, threshold, alarmed: distance > threshold };
}

function calibratedThreshold(reference: readonly number[]): number {
  const distances: number[] = [];
  for (let start = 0; start + CURRENT <= reference.length; start += CURRENT) {
    const rest = [...reference.slice(0, start), ...reference.slice(start + CURRENT)];
    distances.push(kolmogorovSmirnovDistance(rest, reference.slice(start, start + CURRENT)));
  }
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const variance = distances.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / (distances.length - 1);
  return Math.min(1, mean + DEVIATIONS * Math.sqrt(variance));
}
