import { QUANTILE_LEVELS } from '../horizons';

/**
 * Continuous ranked probability score of a distribution given by its quantiles at QUANTILE_LEVELS: twice the mean pinball
 * loss, in the outcome's unit; 0 is perfect, and a degenerate distribution scores its absolute error.
 * Source: Gneiting and Raftery 2007; the quantile form of Laio and Tamea 2007.
 */
export function crps(quantiles: Float64Array, outcome: number): number {
  let loss = 0;
  quantiles.forEach((quantile, index) => {
    const level = QUANTILE_LEVELS[index] ?? NaN;
    const error = outcome - quantile;
    loss += error >= 0 ? level * error : (level - 1) * error;
  });
  return (2 * loss) / quantiles.length;
}
