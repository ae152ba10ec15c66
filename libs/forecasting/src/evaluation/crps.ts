import { QUANTILE_LEVELS } from '../horizons';

/** Loss of a quantile at a level (0–1), in the outcome's unit; least in the mean for the true quantile. Source: Koenker and Bassett 1978. */
export function pinballLoss(quantile: number, level: number, outcome: number): number {
  const error = outcome - quantile;
  return error >= 0 ? level * error : (level - 1) * error;
}

/**
 * Continuous ranked probability score of a distribution given by its quantiles at QUANTILE_LEVELS: twice the mean pinball
 * loss, in the outcome's unit; 0 is perfect, and a degenerate distribution scores its absolute error.
 * Source: Gneiting and Raftery 2007; the quantile form of Laio and Tamea 2007.
 */
export function crps(quantiles: Float64Array, outcome: number): number {
  let loss = 0;
  quantiles.forEach((quantile, index) => (loss += pinballLoss(quantile, QUANTILE_LEVELS[index] ?? NaN, outcome)));
  return (2 * loss) / quantiles.length;
}
