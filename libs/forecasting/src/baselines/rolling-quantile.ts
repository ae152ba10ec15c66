import { type Forecaster, tooShort } from '../forecaster';
import { HORIZONS, QUANTILE_LEVELS } from '../horizons';
import { empiricalQuantile } from '../statistics/empirical-quantile';

/**
 * For each horizon h the empirical quantiles of the latest `returns` overlapping h-session log returns.
 * Needs `returns` + 10 bars.
 */
export function rollingQuantile(returns: number): Forecaster {
  const name = `rolling-quantile-${returns}`;
  const needed = returns + HORIZONS;
  return {
    name,
    forecasts: ({ bars }, origins) => {
      const logCloses = Float64Array.from(bars, (bar) => Math.log(bar.close));
      return origins.map((origin) => {
        if (origin + 1 < needed) return tooShort(name, needed, origin + 1);
        const first = origin + 1 - returns;
        return {
          outcome: 'forecast',
          quantiles: Array.from({ length: HORIZONS }, (_, index) => {
            const sorted = logCloses
              .subarray(first, origin + 1)
              .map((logClose, position) => logClose - (logCloses[first + position - index - 1] ?? NaN))
              .sort();
            return Float64Array.from(QUANTILE_LEVELS, (level) => empiricalQuantile(sorted, level));
          }),
        };
      });
    },
  };
}

/** What every forecaster is measured against, and what serves before anything can be fitted: quantiles of the last 250 sessions, about a year. */
export const referenceBaseline = rollingQuantile(250);
