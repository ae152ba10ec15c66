import { type AlarmScore } from './alarm-score';
import { distanceOfSorted } from './kolmogorov-smirnov';
import { type WatchedBar, watchedColumns } from './watched-columns';

/** Sessions of the reference window, which ends where the current one begins: two years. */
export const REFERENCE = 504;
/** Sessions of the current window: two weeks. A longer one sees a crash only when it is nearly over. */
export const CURRENT = 10;
/** Sessions of the short current window: of a fall within a week, half of two weeks are the calm before it. */
const SHORT = 5;
/** An alarm needs a distance this many standard deviations above what the reference's own chunks show. */
const DEVIATIONS = 3;

/** What is measured. Of ranges a week's distance nears 1 even in calm, and leaves nothing to alarm by. */
export const MEASURES = [
  { column: 'log_return', test: 'ks-distance', current: CURRENT },
  { column: 'log_range', test: 'ks-distance', current: CURRENT },
  { column: 'log_return', test: 'ks-distance-5', current: SHORT },
] as const;

/** How far one column's current window is from its reference window: `ks-distance` of two weeks, `ks-distance-5` of one. */
export interface DriftScore extends AlarmScore {
  readonly column: (typeof MEASURES)[number]['column'];
  readonly test: (typeof MEASURES)[number]['test'];
  readonly rule: 'calibrated';
}

/**
 * Drift of a symbol's returns and of its daily range as of the last bar. What the market does calmly says what is normal: the
 * reference window is cut into chunks as long as the current one, each chunk's distance from the rest is measured, and only a
 * distance above their mean plus three standard deviations alarms. A fixed p-value would alarm nearly always: volatility
 * clusters, and a test for independent values takes every cluster for news.
 *
 * bars: bar[n], oldest first → one score a column and window; none where the history is shorter than both windows.
 */
export function driftScores(bars: readonly WatchedBar[]): DriftScore[] {
  const columns = watchedColumns(bars, REFERENCE + CURRENT);
  if (!columns) return [];
  return MEASURES.map(({ column, test, current }) => {
    const values = columns[column];
    const reference = values.slice(-(REFERENCE + current), -current);
    const score = distanceOfSorted(reference.toSorted(), values.slice(-current).sort());
    const threshold = calibratedThreshold(reference, current);
    return { column, test, rule: 'calibrated', score, threshold, alarmed: score > threshold };
  });
}

function calibratedThreshold(reference: Float64Array, current: number): number {
  const sorted = reference.toSorted();
  const distances: number[] = [];
  for (let start = 0; start + current <= reference.length; start += current) {
    const chunk = reference.slice(start, start + current).sort();
    distances.push(distanceOfSorted(without(sorted, chunk), chunk));
  }
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const variance = distances.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / (distances.length - 1);
  return Math.min(1, mean + DEVIATIONS * Math.sqrt(variance));
}

/** The sorted values but for those of a sorted part of them: sorting the rest of each chunk anew takes twenty times as long. */
function without(sorted: Float64Array, part: Float64Array): Float64Array {
  const rest = new Float64Array(sorted.length - part.length);
  let taken = 0;
  sorted.forEach((value, index) => {
    if (value === part[taken]) taken += 1;
    else rest[index - taken] = value;
  });
  return rest;
}
