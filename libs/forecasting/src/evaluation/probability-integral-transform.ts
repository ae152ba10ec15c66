import { QUANTILE_LEVELS } from '../horizons';

/** Bins of the PIT histogram, each 0.05 wide. */
export const PIT_BINS = 20;

/**
 * Probability integral transform of an outcome: the level at which the forecast distribution puts it, 0–1; uniform where
 * forecasts are calibrated. Between two quantiles the level is interpolated. Beyond the outermost quantiles it is the middle of
 * what is left, 0.0125 or 0.9875, which is the right bin of a histogram whatever the tail is. Where several quantiles equal
 * the outcome it is the middle of their levels, so that a point mass that is hit gives 0.5.
 * quantiles at QUANTILE_LEVELS, ascending, in the outcome's unit. Source: Dawid 1984.
 */
export function probabilityIntegralTransform(quantiles: Float64Array, outcome: number): number {
  const last = QUANTILE_LEVELS.length - 1;
  let below = 0;
  while (below <= last && (quantiles[below] ?? NaN) < outcome) below++;
  if (below > last) return (1 + (QUANTILE_LEVELS[last] ?? NaN)) / 2;
  let equal = below;
  while (equal <= last && quantiles[equal] === outcome) equal++;
  if (equal > below) return ((QUANTILE_LEVELS[below] ?? NaN) + (QUANTILE_LEVELS[equal - 1] ?? NaN)) / 2;
  if (below === 0) return (QUANTILE_LEVELS[0] ?? NaN) / 2;
  const low = quantiles[below - 1] ?? NaN;
  const high = quantiles[below] ?? NaN;
  const lowLevel = QUANTILE_LEVELS[below - 1] ?? NaN;
  return lowLevel + ((outcome - low) / (high - low)) * ((QUANTILE_LEVELS[below] ?? NaN) - lowLevel);
}

/** The bin of a PIT, 0..PIT_BINS − 1. */
export function pitBin(pit: number): number {
  return Math.min(PIT_BINS - 1, Math.floor(pit * PIT_BINS));
}
