/**
 * Two-sample Kolmogorov–Smirnov distance: the largest gap between the empirical distribution functions, 0–1.
 * a: values[n], b: values[m], neither empty, no NaN. Source: Smirnov 1939.
 */
export function kolmogorovSmirnovDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return distanceOfSorted(Float64Array.from(a).sort(), Float64Array.from(b).sort());
}

/** The same of values that are in ascending order already. */
export function distanceOfSorted(first: Float64Array, second: Float64Array): number {
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < first.length && j < second.length) {
    const [a, b] = [first[i] as number, second[j] as number];
    const value = a < b ? a : b;
    while (i < first.length && first[i] === value) i += 1;
    while (j < second.length && second[j] === value) j += 1;
    const gap = i / first.length - j / second.length;
    if (gap > distance) distance = gap;
    else if (-gap > distance) distance = -gap;
  }
  return distance;
}
