import { MEASURES, REFERENCE } from './drift';
import { histogram, joined, sturgesEdges } from './evidently/binning';
import { type WatchedBar, watchedColumns } from './watched-columns';

/** Sessions of a window, both included. */
interface WindowSpan {
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
}

/** How one watched column is distributed in the windows that are compared. */
interface WatchedDistribution {
  readonly column: string;
  readonly reference: WindowSpan;
  readonly current: WindowSpan;
  /** Edges of equal bins over both windows, ascending: one more than there are bins. */
  readonly edges: number[];
  /** Share of a window's values in each bin, 0–1. */
  readonly referenceShares: number[];
  readonly currentShares: number[];
  /** Whether a test, by its name, is of these windows. */
  readonly tests: (test: string) => boolean;
}

/**
 * The windows that {@link driftScores} compares as of the last bar, to be looked at: one a column and length of the current window. Tests
 * that drift.ts does not name, such as Evidently's, are of the longer one.
 * bars: bar[n], oldest first → none where the history is shorter than both windows.
 */
export function watchedDistributions(
  bars: readonly (WatchedBar & { readonly session: string })[],
): WatchedDistribution[] {
  const longest = Math.max(...MEASURES.map(({ current }) => current));
  const columns = watchedColumns(bars, REFERENCE + longest);
  if (!columns) return [];
  return MEASURES.map(({ column, test, current }) => {
    const values = columns[column];
    const before = values.slice(-(REFERENCE + current), -current);
    const now = values.slice(-current);
    const edges = sturgesEdges(joined(before, now), false);
    const sharesOf = (window: Float64Array): number[] => histogram(window, edges).map((count) => count / window.length);
    const others = MEASURES.filter((other) => other.test !== test && other.column === column).map(
      (other) => other.test,
    );
    return {
      column,
      reference: spanOf(bars.slice(-(REFERENCE + current), -current)),
      current: spanOf(bars.slice(-current)),
      edges,
      referenceShares: sharesOf(before),
      currentShares: sharesOf(now),
      tests: (name) => name === test || (current === longest && !others.some((other) => other === name)),
    };
  });
}

function spanOf(bars: readonly { readonly session: string }[]): WindowSpan {
  return { from: bars[0]?.session ?? '', to: bars.at(-1)?.session ?? '', sessions: bars.length };
}
