import { HORIZONS } from '../horizons';
import { type ScoredOrigins } from './evaluate';

/** Rows of scored origins, with those of one session together, in order of session. */
export interface SessionRows {
  /** Indices of the sessions, ascending. */
  readonly sessions: Int32Array;
  /** Position among `sessions`: [index of rows]. */
  readonly positionOf: Int32Array;
  readonly rows: Int32Array;
  /** Rows of each session. */
  readonly counts: Int32Array;
}

/** Chooses rows of scored origins. wanted: of a row's session (an index) and symbol (an index); all where it is left out. */
export function selectRows(
  { rows, sessions, outcomes }: ScoredOrigins,
  wanted: (session: number, symbol: number) => boolean = () => true,
): SessionRows {
  const chosen: number[] = [];
  const counts = new Int32Array(sessions.length);
  for (let row = 0; row < rows; row++) {
    const session = outcomes.sessionOf[row] ?? 0;
    if (!wanted(session, outcomes.symbolOf[row] ?? 0)) continue;
    chosen.push(row);
    counts[session] = (counts[session] ?? 0) + 1;
  }
  const positions = new Int32Array(sessions.length);
  const present: number[] = [];
  counts.forEach((count, session) => {
    if (count === 0) return;
    positions[session] = present.length;
    present.push(session);
  });
  return {
    sessions: Int32Array.from(present),
    positionOf: Int32Array.from(chosen, (row) => positions[outcomes.sessionOf[row] ?? 0] ?? 0),
    rows: Int32Array.from(chosen),
    counts: Int32Array.from(present, (session) => counts[session] ?? 0),
  };
}

/** Mean of a number over the symbols of each session. valueOf: the number at row × 10 + h − 1. → mean[sessions]. */
export function sessionMeans(selection: SessionRows, horizon: number, valueOf: (cell: number) => number): Float64Array {
  const means = new Float64Array(selection.sessions.length);
  selection.rows.forEach((row, index) => {
    const position = selection.positionOf[index] ?? 0;
    means[position] = (means[position] ?? NaN) + valueOf(row * HORIZONS + horizon - 1);
  });
  return means.map((sum, position) => sum / (selection.counts[position] ?? NaN));
}

/**
 * Differentials whose mean is that over all rows and whose spread is that of sessions: mean + count ÷ mean count × (the
 * session's − mean). Where every session has as many symbols they are the differences of the means; where not, a session
 * of one symbol does not count as much as one of hundreds. own, other: means of each session.
 */
export function clusteredDifferentials(
  own: Float64Array,
  other: Float64Array,
  counts: ArrayLike<number>,
): Float64Array {
  const differences = own.map((value, index) => value - (other[index] ?? NaN));
  let total = 0;
  let rows = 0;
  differences.forEach((difference, index) => {
    total += (counts[index] ?? NaN) * difference;
    rows += counts[index] ?? NaN;
  });
  const mean = total / rows;
  const meanCount = rows / differences.length;
  return differences.map((difference, index) => mean + ((counts[index] ?? NaN) / meanCount) * (difference - mean));
}

/** Element-wise mean of columns of one length. */
export function meanOfColumns(columns: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array()] = columns;
  return first.map((_, index) => columns.reduce((sum, column) => sum + (column[index] ?? NaN), 0) / columns.length);
}
