import { type ReturnDistribution } from './forecaster';
import { MEDIAN_INDEX } from './horizons';

/** A forecast of one close in the bars' currency. */
export interface PriceForecast {
  /** Sessions ahead, 1..10. */
  readonly horizon: number;
  /** The median: the point that minimises the expected absolute error. For squared error use the last close. */
  readonly point: number;
  /** Price at each of QUANTILE_LEVELS, ascending; 39. */
  readonly quantiles: readonly number[];
}

/** Turns a distribution of log returns from an origin into prices. close: the origin's close. → one forecast a horizon. */
export function toPrices(distribution: ReturnDistribution, close: number): PriceForecast[] {
  return distribution.quantiles.map((returns, index) => {
    const quantiles = Array.from(returns, (logReturn) => close * Math.exp(logReturn));
    return { horizon: index + 1, point: quantiles[MEDIAN_INDEX] ?? NaN, quantiles };
  });
}
