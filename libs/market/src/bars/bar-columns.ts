import { PermanentError } from '@closing-bell/contracts';
import { type Bar } from './bar';

/** Bars by column, as they are stored: every column is as long as `sessions`. */
export interface BarColumns {
  readonly sessions: readonly string[];
  readonly columns: Readonly<Record<string, Float64Array>>;
}

const NAMES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** bars: bar[n] → columns open, high, low, close, volume, each of n values. */
export function columnsOfBars(bars: readonly Bar[]): BarColumns {
  return {
    sessions: bars.map(({ session }) => session),
    columns: Object.fromEntries(NAMES.map((name) => [name, Float64Array.from(bars, (bar) => bar[name])])),
  };
}

/** The inverse of {@link columnsOfBars}. Throws PermanentError `missing-column` where one is not there. */
export function barsOfColumns({ sessions, columns }: BarColumns): Bar[] {
  const column = (name: (typeof NAMES)[number]): Float64Array => {
    const values = columns[name];
    if (values === undefined) {
      throw new PermanentError(`The stored bars have no column ${name}. Replay the session that made them.`, {
        reason: 'missing-column',
        column: name,
      });
    }
    return values;
  };
  const [open, high, low, close, volume] = NAMES.map(column) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return sessions.map((session, index) => ({
    session,
    open: open[index] ?? NaN,
    high: high[index] ?? NaN,
    low: low[index] ?? NaN,
    close: close[index] ?? NaN,
    volume: volume[index] ?? NaN,
  }));
}
