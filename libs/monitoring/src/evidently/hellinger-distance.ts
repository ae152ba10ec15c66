import { areBothIntegers, categoryCounts, histogram, joined, sturgesEdges } from './binning';
import { type Sample } from './column';

/**
 * Hellinger distance, 0–1: of shares in bins for numbers, of each value's share for categories. Bins follow from how many distinct
 * values there are, not from how many rows. Source: Hellinger 1909; evidently hellinger_distance.py.
 */
export function hellingerDistance(reference: Sample, current: Sample): number {
  let counts: { readonly reference: readonly number[]; readonly current: readonly number[] };
  if (reference.type === 'num' && current.type === 'num') {
    const distinct = Float64Array.from(new Set(joined(reference.values, current.values)));
    const edges = sturgesEdges(distinct, areBothIntegers(reference, current));
    counts = { reference: histogram(reference.values, edges), current: histogram(current.values, edges) };
  } else {
    counts = categoryCounts(reference.values, current.values);
  }
  const rows = reference.values.length * current.values.length;
  const overlap = counts.reference.reduce(
    (sum, count, bin) => sum + Math.sqrt((count * (counts.current[bin] as number)) / rows),
    0,
  );
  return Math.sqrt(1 - Math.min(1, overlap));
}
