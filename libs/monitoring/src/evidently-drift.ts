import { CURRENT, REFERENCE } from './drift';
import { type DataDrift, dataDrift } from './evidently/data-drift';
import { type WatchedBar, watchedColumns } from './watched-columns';

/**
 * What Evidently's defaults say of the same columns in the same windows as {@link driftScores}, to be shown beside it. It never alarms:
 * its test takes values for independent, and says drift of a market in which nothing changes.
 *
 * bars: bar[n], oldest first; current: sessions of the current window → undefined where the history is shorter than both.
 */
export function evidentlyDrift(bars: readonly WatchedBar[], current = CURRENT): DataDrift | undefined {
  const columns = watchedColumns(bars, REFERENCE + current);
  if (!columns) return undefined;
  const part = (from: number, to: number) => ({
    log_return: columns.log_return.slice(from, to),
    log_range: columns.log_range.slice(from, to),
  });
  return dataDrift(part(0, REFERENCE), part(REFERENCE, REFERENCE + current));
}
