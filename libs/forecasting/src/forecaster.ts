import { type History } from './history';

/** The forecast distribution of log returns ln(close[t+h] / close[t]) from an origin t. */
export interface ReturnDistribution {
  readonly outcome: 'forecast';
  /** quantiles[h − 1][k]: log return at level QUANTILE_LEVELS[k], ascending in k; 10 × 39. */
  readonly quantiles: readonly Float64Array[];
}

/** A forecaster's answer where it cannot forecast, with the reason. */
export interface Abstention {
  readonly outcome: 'abstained';
  readonly code: 'too-short' | 'incomplete-features' | 'no-volatility';
  /** A sentence with the numbers. */
  readonly detail: string;
}

/** Forecasts ten sessions ahead of the last session of a history. The same history always gives the same answer. */
export interface Forecaster {
  readonly name: string;
  forecast(history: History): ReturnDistribution | Abstention;
}

/** The abstention of a forecaster that needs more bars than there are. */
export function tooShort(forecaster: string, needed: number, available: number): Abstention {
  return {
    outcome: 'abstained',
    code: 'too-short',
    detail: `The history is too short: ${forecaster} needs ${needed} bars and there are ${available}.`,
  };
}
