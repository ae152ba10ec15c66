import { kolmogorovSurvival } from '../distributions/kolmogorov-survival';
import { kolmogorovSmirnovDistance } from '../kolmogorov-smirnov';

/** Up to this many values in either sample the p-value is exact. */
const MOST_EXACT = 10_000;

/**
 * p-value of the two-sided two-sample Kolmogorov–Smirnov test, 0–1: exact up to 10,000 values a sample, beyond that by the distribution
 * of one sample of n·m/(n + m) values. reference: values[n], current: values[m], neither empty. O(n m) where exact and n ≠ m.
 * Source: Hodges 1958; scipy stats.ks_2samp with its defaults.
 */
export function kolmogorovSmirnovTest(reference: Float64Array, current: Float64Array): number {
  const distance = kolmogorovSmirnovDistance(reference, current);
  const n = Math.min(reference.length, current.length);
  const m = Math.max(reference.length, current.length);
  const p =
    m > MOST_EXACT ? kolmogorovSurvival(roundHalfToEven((m * n) / (m + n)), distance) : exactSurvival(m, n, distance);
  return Math.min(1, Math.max(0, p));
}

function exactSurvival(m: number, n: number, distance: number): number {
  const divisor = greatestCommonDivisor(m, n);
  // The distance is a whole number of steps.
  const steps = Math.round(distance * (m / divisor) * n);
  if (steps === 0) return 1;
  return m === n ? ofEqualSizes(n, steps) : ofPaths(m, n, divisor, steps);
}

/** By the reflection principle. Source: Gnedenko and Korolyuk 1951. */
function ofEqualSizes(n: number, steps: number): number {
  let survival = 0;
  for (let k = Math.floor(n / steps); k >= 0; k--) {
    let share = 1;
    for (let j = 0; j < steps; j++) share = ((n - k * steps - j) * share) / (n + k * steps + j + 1);
    survival = share * (1 - survival);
  }
  return 2 * survival;
}

/** The share of all paths over an m × n lattice, each a merging of both samples, that leave the band of fewer steps from the diagonal. */
function ofPaths(m: number, n: number, divisor: number, steps: number): number {
  const [right, up] = [n / divisor, m / divisor];
  const row = new Float64Array(n + 1);
  for (let x = 0; x <= m; x++) {
    for (let y = 0; y <= n; y++) {
      if (Math.abs(right * x - up * y) >= steps) row[y] = 1;
      else if (x === 0) row[y] = y === 0 ? 0 : (row[y - 1] as number);
      else if (y > 0) row[y] = (x * (row[y] as number) + y * (row[y - 1] as number)) / (x + y);
    }
  }
  return row[n] as number;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}
