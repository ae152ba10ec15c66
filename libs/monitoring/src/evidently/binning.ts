import { type Category, type NumericalSample, type Sample } from './column';

/** A reference with more distinct numbers than this is cut into bins; one with fewer is counted value by value. */
const MOST_COUNTED_VALUES = 20;
/** What an empty bin is given, unless the least of the others is no more than that: then a millionth of it. */
const EMPTY_SHARE = 0.0001;
const EMPTY_DIVISOR = 1e6;

/** Shares of two samples in the same bins or categories, each 0–1. */
export interface BinnedShares {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Counts of two samples in the same categories. */
export interface CategoryCounts {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/**
 * Edges of equal bins over all values, by Sturges' rule, as NumPy computes them to the bit.
 * values: at least one; integers: whether bins are no narrower than 1 → edge[bins + 1], ascending.
 * Source: Sturges 1926; numpy 2.4 lib/_histograms_impl.py.
 */
export function sturgesEdges(values: Float64Array, integers: boolean): number[] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  let width = (high - low) / (Math.log2(values.length) + 1);
  if (integers && width < 1) width = 1;
  if (low === high) {
    low -= 0.5;
    high += 0.5;
  }
  const bins = width > 0 ? Math.ceil((high - low) / width) : 1;
  const step = (high - low) / bins;
  return Array.from({ length: bins + 1 }, (_, edge) => (edge === bins ? high : edge * step + low));
}

/** How many values lie in each bin: its lower edge belongs to it, the last one's upper edge, too. edges: ascending → count[edges − 1]. */
export function histogram(values: Float64Array, edges: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  const last = edges.length - 1;
  const below = edges.map((edge, index) => countBelow(sorted, edge, index === last));
  return below.slice(1).map((count, bin) => count - (below[bin] as number));
}

/** Both samples' shares: of bins over both where the reference has many distinct numbers, else of each distinct value. */
export function binnedShares(reference: Sample, current: Sample): BinnedShares {
  let counts: CategoryCounts;
  if (reference.type === 'num' && current.type === 'num' && new Set(reference.values).size > MOST_COUNTED_VALUES) {
    const edges = sturgesEdges(joined(reference.values, current.values), areBothIntegers(reference, current));
    counts = { reference: histogram(reference.values, edges), current: histogram(current.values, edges) };
  } else {
    counts = categoryCounts(reference.values, current.values);
  }
  return {
    reference: counts.reference.map((count) => count / reference.values.length),
    current: counts.current.map((count) => count / current.values.length),
  };
}

/** The shares with something in the empty bins, so that their logarithms are finite. They then add up to a little over 1. */
export function withoutEmptyBins({ reference, current }: BinnedShares): BinnedShares {
  return { reference: filled(reference), current: filled(current) };
}

/** How often each distinct value of either sample is in each, in the order in which the values are first met. */
export function categoryCounts(reference: Iterable<Category>, current: Iterable<Category>): CategoryCounts {
  const inReference = occurrences(reference);
  const inCurrent = occurrences(current);
  const categories = [...new Set([...inReference.keys(), ...inCurrent.keys()])];
  return {
    reference: categories.map((category) => inReference.get(category) ?? 0),
    current: categories.map((category) => inCurrent.get(category) ?? 0),
  };
}

export function joined(reference: Float64Array, current: Float64Array): Float64Array {
  const both = new Float64Array(reference.length + current.length);
  both.set(reference);
  both.set(current, reference.length);
  return both;
}

export function areBothIntegers(reference: NumericalSample, current: NumericalSample): boolean {
  return reference.integers && current.integers;
}

function filled(shares: readonly number[]): number[] {
  const least = Math.min(...shares.filter((share) => share > 0));
  const fill = least <= EMPTY_SHARE ? least / EMPTY_DIVISOR : EMPTY_SHARE;
  return shares.map((share) => (share === 0 ? fill : share));
}

function occurrences(values: Iterable<Category>): Map<Category, number> {
  const counts = new Map<Category, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** How many of the sorted values are below the bound, or up to it. */
function countBelow(sorted: Float64Array, bound: number, included: boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const value = sorted[middle] as number;
    if (value < bound || (included && value === bound)) from = middle + 1;
    else to = middle;
  }
  return from;
}
