/**
 * Two-sample Kolmogorov–Smirnov distance: the largest gap between the empirical distribution functions, 0–1.
 * a: values[n], b: values[m], neither empty, no NaN. Source: Smirnov 1939.
 */
export function kolmogorovSmirnovDistance(a: readonly number[], b: readonly number[]): number {
  const first = [...a].sort((x, y) => x - y);
  const second = [...b].sort((x, y) => x - y);
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i] as number, second[j] as number);
    while (i < first.length && first[i] === value) i += 1;
    while (j < second.length && second[j] === value) j += 1;
    distance = Math.max(distance, Math.abs(i / first.length - j / second.length));
  }
  return distance;
}
