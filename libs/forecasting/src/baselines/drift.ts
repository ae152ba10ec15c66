import { type Forecaster, tooShort } from '../forecaster';
import { HORIZONS, QUANTILE_LEVELS } from '../horizons';

/** Fewest returns, about a year: the mean of fewer says more of their noise than of any drift. */
const FEWEST_RETURNS = 250;

/**
 * Random walk with drift: the return of h sessions is h times the mean log return of the whole history up to the origin. All
 * quantiles are that return, so its CRPS is its mean absolute error. Needs 251 bars.
 */
export const drift: Forecaster = {
  name: 'drift',
  forecasts: ({ bars }, origins) => {
    const first = bars[0]?.close ?? NaN;
    return origins.map((origin) => {
      if (origin < FEWEST_RETURNS) return tooShort('drift', FEWEST_RETURNS + 1, origin + 1);
      const mean = Math.log((bars[origin]?.close ?? NaN) / first) / origin;
      return {
        outcome: 'forecast',
        quantiles: Array.from({ length: HORIZONS }, (_, index) =>
          new Float64Array(QUANTILE_LEVELS.length).fill((index + 1) * mean),
        ),
      };
    });
  },
};
