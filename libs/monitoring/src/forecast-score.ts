import { crps } from '@closing-bell/forecasting';

/** A forecast price distribution and what it is scored by. */
export interface MaturedForecast {
  /** Close at the forecast origin. */
  readonly originClose: number;
  /** The point forecast, a price. */
  readonly point: number;
  /** Prices at the forecast levels, ascending. */
  readonly quantiles: readonly number[];
  /** Ends of the 90 % interval, prices. */
  readonly p05: number;
  readonly p95: number;
  /** Close of the session that was forecast. */
  readonly actualClose: number;
}

/** How a forecast fared, beside “tomorrow = today”. */
export interface ForecastScore {
  /** Point minus actual, a price. */
  readonly error: number;
  readonly naiveError: number;
  /** CRPS of the log return since the origin; lower is better. */
  readonly crps: number;
  readonly naiveCrps: number;
  readonly inside90: boolean;
}

/** Scores a matured forecast in the units of its price and of its log return. */
export function scoreForecast(forecast: MaturedForecast): ForecastScore {
  const { originClose, point, quantiles, p05, p95, actualClose } = forecast;
  const actualReturn = Math.log(actualClose / originClose);
  const returns = Float64Array.from(quantiles, (price) => Math.log(price / originClose));
  return {
    error: point - actualClose,
    naiveError: originClose - actualClose,
    crps: crps(returns, actualReturn),
    // A forecast that puts all its weight on one value scores its absolute error.
    naiveCrps: Math.abs(actualReturn),
    inside90: p05 <= actualClose && actualClose <= p95,
  };
}
