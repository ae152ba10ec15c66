import { type Forecaster, tooShort } from '../forecaster';
import { HORIZONS, QUANTILE_LEVELS } from '../horizons';

/**
 * Persistence: every future close equals the last one. All quantiles are a return of 0, so its CRPS is its mean absolute
 * error. Needs one bar.
 */
export const naive: Forecaster = {
  name: 'naive',
  forecasts: (_, origins) =>
    origins.map((origin) => {
      if (origin < 0) return tooShort('naive', 1, 0);
      return {
        outcome: 'forecast',
        quantiles: Array.from({ length: HORIZONS }, () => new Float64Array(QUANTILE_LEVELS.length)),
      };
    }),
};
