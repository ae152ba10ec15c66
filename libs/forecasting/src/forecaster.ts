import { type AbstentionCode } from '@closing-bell/contracts';
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
  readonly code: AbstentionCode;
  /** A sentence or two with the numbers, of at most 500 characters. */
  readonly detail: string;
}

export type ForecastAnswer = ReturnDistribution | Abstention;

/** Forecasts ten sessions ahead; all that it had to learn is learnt. The same history always gives the same answers. */
export interface Forecaster {
  readonly name: string;
  /**
   * One answer from each origin (an index of the history's bars; ascending), made from the history up to that session alone:
   * the same as if the history ended there.
   */
  forecasts(history: History, origins: readonly number[]): ForecastAnswer[];
  /**
   * Where what it reads lies outside what it learnt from, with the reason: one an origin, as {@link forecasts} answers them. It
   * forecasts from there all the same; whoever serves it must not. Absent where nothing can be outside.
   */
  outsideDomain?(history: History, origins: readonly number[]): (Abstention | undefined)[];
}

/** A way of forecasting that first has to learn. */
export interface ForecastingMethod {
  readonly name: string;
  /**
   * Learns from what is known: the histories of one symbol or many, each up to the moment of fitting. Rejects with
   * HistoryTooShortError where that is too little.
   */
  fit(known: readonly History[], about: FitRequest): Promise<Forecaster>;
}

export interface FitRequest {
  /** Decides every random number. */
  readonly seed: number;
  /** Ends the fit early; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The answer from the last session of a history. */
export function latestForecast(forecaster: Forecaster, history: History): ForecastAnswer {
  const [answer] = forecaster.forecasts(history, [history.bars.length - 1]);
  if (!answer) throw new Error(`${forecaster.name} gave no answer`);
  return answer;
}

/** The abstention of a forecaster that needs more bars than there are. */
export function tooShort(forecaster: string, needed: number, available: number): Abstention {
  return {
    outcome: 'abstained',
    code: 'too-short',
    detail: `The history is too short: ${forecaster} needs ${needed} bars and there are ${available}.`,
  };
}
