import { joined } from './binning';

/** The least standard deviation that distances are divided by. */
const LEAST_DEVIATION = 0.001;

/**
 * First Wasserstein distance in standard deviations of the reference (population's, at least 0.001), ≥ 0.
 * reference: values[n], current: values[m], neither empty. Source: evidently wasserstein_distance_norm.py; scipy stats.wasserstein_distance.
 */
export function normedWassersteinDistance(reference: Float64Array, current: Float64Array): number {
  const a = Float64Array.from(reference).sort();
  const b = Float64Array.from(current).sort();
  const both = joined(a, b).sort();
  let [inA, inB, distance] = [0, 0, 0];
  for (let index = 0; index + 1 < both.length; index++) {
    const value = both[index] as number;
    while (inA < a.length && (a[inA] as number) <= value) inA++;
    while (inB < b.length && (b[inB] as number) <= value) inB++;
    distance += Math.abs(inA / a.length - inB / b.length) * ((both[index + 1] as number) - value);
  }
  return distance / Math.max(populationDeviation(reference), LEAST_DEVIATION);
}

function populationDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
