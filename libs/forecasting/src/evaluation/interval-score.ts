import { QUANTILE_LEVELS } from '../horizons';

/** A central interval between two of QUANTILE_LEVELS. */
export interface CentralInterval {
  /** Probability inside, 0–1. */
  readonly nominal: number;
  /** Indices of its ends among QUANTILE_LEVELS. */
  readonly lower: number;
  readonly upper: number;
}

/** The central interval of a probability that ends at two of QUANTILE_LEVELS: a multiple of 0.05. */
export function centralInterval(nominal: number): CentralInterval {
  const lower = Math.round(((1 - nominal) / 2) * (QUANTILE_LEVELS.length + 1)) - 1;
  return { nominal, lower, upper: QUANTILE_LEVELS.length - 1 - lower };
}

/** Whether an interval covers an outcome; its ends belong to it. quantiles at QUANTILE_LEVELS, in the outcome's unit. */
export function covers({ lower, upper }: CentralInterval, quantiles: Float64Array, outcome: number): boolean {
  return (quantiles[lower] ?? NaN) <= outcome && outcome <= (quantiles[upper] ?? NaN);
}

/**
 * Width of an interval plus 2 ÷ (1 − nominal) times what the outcome lies outside of it, in the outcome's unit; lower is
 * better. quantiles at QUANTILE_LEVELS. Source: Winkler 1972.
 */
export function winklerScore(
  { nominal, lower, upper }: CentralInterval,
  quantiles: Float64Array,
  outcome: number,
): number {
  const low = quantiles[lower] ?? NaN;
  const high = quantiles[upper] ?? NaN;
  return high - low + (2 / (1 - nominal)) * Math.max(low - outcome, outcome - high, 0);
}
