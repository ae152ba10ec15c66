/** What drift is measured on: of a bar, what returns and daily ranges come from. */
export interface WatchedBar {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** What is watched of a symbol, oldest session first. */
export interface WatchedColumns {
  /** ln(close / previous close). */
  readonly log_return: Float64Array;
  /** ln(high / low). */
  readonly log_range: Float64Array;
}

/** The watched columns of the last `sessions` bars; undefined where the history is shorter, the bar before the first included. */
export function watchedColumns(bars: readonly WatchedBar[], sessions: number): WatchedColumns | undefined {
  if (bars.length <= sessions) return undefined;
  const window = bars.slice(-(sessions + 1));
  const columns = { log_return: new Float64Array(sessions), log_range: new Float64Array(sessions) };
  window.slice(1).forEach((bar, index) => {
    columns.log_return[index] = Math.log(bar.close / (window[index] as WatchedBar).close);
    columns.log_range[index] = Math.log(bar.high / bar.low);
  });
  return columns;
}
