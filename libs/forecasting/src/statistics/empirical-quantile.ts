/**
 * Quantile of a sample by linear interpolation between order statistics. sorted: value[n] ascending, n ≥ 1; level: 0–1.
 * Source: Hyndman and Fan 1996, definition 7.
 */
export function empiricalQuantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length - 1);
  const below = Math.floor(position);
  const lower = sorted[below] ?? NaN;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return lower + (position - below) * (upper - lower);
}
