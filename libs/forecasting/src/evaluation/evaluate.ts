import { setImmediate } from 'node:timers/promises';
import { naive } from '../baselines/naive';
import { servedBaseline } from '../baselines/rolling-quantile';
import { type Forecaster, type ReturnDistribution } from '../forecaster';
import { type History, historyUntil } from '../history';
import { HORIZONS, MEDIAN_INDEX } from '../horizons';
import { crps } from './crps';

/** Indices of the levels 0.05 and 0.95 among QUANTILE_LEVELS: the ends of the 90 % interval. */
const LOWER_INDEX = 1;
const UPPER_INDEX = 37;

/** Scores of one horizon over all origins. Price errors are in the bars' currency and are of the median. */
interface HorizonScores {
  readonly horizon: number;
  /** Mean CRPS of the log return. */
  readonly crps: number;
  readonly rmse: number;
  readonly mae: number;
  /** Share of outcomes within the 90 % interval, 0–1. */
  readonly coverage90: number;
  /** 1 − CRPS ÷ that of the served baseline on the same origins; positive is better. */
  readonly skillOverBaseline: number;
  readonly skillOverNaive: number;
  /** RMSE and MAE ÷ those of naive persistence on the same origins; below 1 is better. */
  readonly rmseToNaive: number;
  readonly maeToNaive: number;
}

/** Scores of one forecaster. */
export interface Scores {
  readonly forecaster: string;
  /** CRPS over all origins and horizons, and its skill. */
  readonly crps: number;
  readonly skillOverBaseline: number;
  readonly skillOverNaive: number;
  /** Means over the horizons. */
  readonly rmseToNaive: number;
  readonly maeToNaive: number;
  readonly coverage90: number;
  /** h = 1..10. */
  readonly horizons: readonly HorizonScores[];
}

/** Forecasters scored on the same origins. */
export interface Evaluation {
  /** Sessions of the scored origins: those from which every forecaster forecast and all ten outcomes are known. */
  readonly origins: readonly string[];
  readonly naive: Scores;
  readonly baseline: Scores;
  /** In the order in which the forecasters were given. */
  readonly scores: readonly Scores[];
}

/** One forecast beside what happened. */
interface Scored {
  readonly crps: number;
  readonly error: number;
  readonly covered: boolean;
}

/**
 * Rolls the origin over a history: at each, the forecasters see what was known then and nothing later, and are scored by what
 * happened in the ten sessions after. Naive persistence and the served baseline are always scored beside them.
 * origins: indices of bars; those without ten realised outcomes are left out. → undefined where no origin can be scored.
 */
export async function evaluate(
  forecasters: readonly Forecaster[],
  history: History,
  origins: readonly number[],
): Promise<Evaluation | undefined> {
  const field = [naive, servedBaseline, ...forecasters];
  const scored: Scored[][][] = field.map(() => []);
  const sessions: string[] = [];
  for (const origin of origins) {
    if (origin + HORIZONS >= history.bars.length) continue;
    // A network takes some milliseconds an origin: the caller's timers must not wait for them all.
    await setImmediate();
    const known = historyUntil(history, origin);
    const forecasts = field.map((forecaster) => forecaster.forecast(known));
    if (!forecasts.every((forecast) => forecast.outcome === 'forecast')) continue;
    sessions.push(history.bars[origin]?.session ?? '');
    forecasts.forEach((forecast, index) => scored[index]?.push(scoreForecast(forecast, history, origin)));
  }
  if (sessions.length === 0) return undefined;

  const raw = field.map((forecaster, index) => rawScores(forecaster.name, scored[index] ?? []));
  const [naiveRaw, baselineRaw] = raw as [RawScores, RawScores];
  const [naiveScores, baseline, ...scores] = raw.map((one) => relativeScores(one, naiveRaw, baselineRaw)) as [
    Scores,
    Scores,
    ...Scores[],
  ];
  return { origins: sessions, naive: naiveScores, baseline, scores };
}

function scoreForecast({ quantiles }: ReturnDistribution, { bars }: History, origin: number): Scored[] {
  const close = bars[origin]?.close ?? NaN;
  return quantiles.map((returns, index) => {
    const outcome = bars[origin + index + 1]?.close ?? NaN;
    const logReturn = Math.log(outcome / close);
    return {
      crps: crps(returns, logReturn),
      error: close * Math.exp(returns[MEDIAN_INDEX] ?? NaN) - outcome,
      covered: (returns[LOWER_INDEX] ?? NaN) <= logReturn && logReturn <= (returns[UPPER_INDEX] ?? NaN),
    };
  });
}

type RawHorizon = Pick<HorizonScores, 'horizon' | 'crps' | 'rmse' | 'mae' | 'coverage90'>;

interface RawScores {
  readonly forecaster: string;
  readonly horizons: readonly RawHorizon[];
}

function rawScores(forecaster: string, scored: readonly Scored[][]): RawScores {
  const horizons = Array.from({ length: HORIZONS }, (_, index) => {
    const column = scored.flatMap((origin) => origin.slice(index, index + 1));
    return {
      horizon: index + 1,
      crps: mean(column.map((one) => one.crps)),
      rmse: Math.sqrt(mean(column.map((one) => one.error ** 2))),
      mae: mean(column.map((one) => Math.abs(one.error))),
      coverage90: mean(column.map((one) => Number(one.covered))),
    };
  });
  return { forecaster, horizons };
}

function relativeScores(raw: RawScores, naiveRaw: RawScores, baselineRaw: RawScores): Scores {
  const crpsOf = ({ horizons }: RawScores): number => mean(horizons.map((one) => one.crps));
  const horizons = raw.horizons.map((one, index) => {
    const against = { naive: naiveRaw.horizons[index] ?? one, baseline: baselineRaw.horizons[index] ?? one };
    return {
      ...one,
      skillOverBaseline: 1 - ratio(one.crps, against.baseline.crps),
      skillOverNaive: 1 - ratio(one.crps, against.naive.crps),
      rmseToNaive: ratio(one.rmse, against.naive.rmse),
      maeToNaive: ratio(one.mae, against.naive.mae),
    };
  });
  return {
    forecaster: raw.forecaster,
    crps: crpsOf(raw),
    skillOverBaseline: 1 - ratio(crpsOf(raw), crpsOf(baselineRaw)),
    skillOverNaive: 1 - ratio(crpsOf(raw), crpsOf(naiveRaw)),
    rmseToNaive: mean(horizons.map((one) => one.rmseToNaive)),
    maeToNaive: mean(horizons.map((one) => one.maeToNaive)),
    coverage90: mean(horizons.map((one) => one.coverage90)),
    horizons,
  };
}

/** An error relative to another; finite also where the other is perfect (a price that stood still), as twice it. */
function ratio(error: number, reference: number): number {
  if (reference > 0) return error / reference;
  return error > 0 ? 2 : 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
