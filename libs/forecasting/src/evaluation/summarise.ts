import { HORIZONS } from '../horizons';
import { type DieboldMariano, dieboldMariano } from './diebold-mariano';
import { type AbstentionCounts, type ScoredOrigins } from './evaluate';
import { type ScoreSheet } from './score-sheet';
import { clusteredDifferentials, meanOfColumns, selectRows, sessionMeans, type SessionRows } from './session-losses';

/** A forecaster beside another on the same origins, by CRPS. */
export interface Comparison {
  readonly rival: string;
  /** 1 − CRPS ÷ that of the rival; positive is better. */
  readonly skill: number;
  /**
   * Diebold–Mariano on the CRPS: one-sided p (small: better than the rival; 1 − p: worse) and two-sided (small: they
   * differ). null with too few sessions to say.
   */
  readonly pBetter: number | null;
  readonly pDifferent: number | null;
}

/** How often the sign of the median was that of the outcome, beside "always up" on the same origins. */
export interface DirectionScores {
  /** Share of origins whose median was not 0, 0–1: those that count below. */
  readonly called: number;
  /** Share of the called ones whose outcome lay on the median's side of the last close. null where none was called. */
  readonly hit: number | null;
  /** The up-rate: share of the called ones whose outcome lay above the last close, which is what "always up" hits. */
  readonly alwaysUp: number | null;
  /** Two-sided Diebold–Mariano p that hits and up-rate differ. */
  readonly pDifferent: number | null;
}

/** What is known of one horizon and, as the mean over the horizons, of all of them. Price errors are of the median. */
export interface Accuracy {
  /** Mean CRPS of the log return. */
  readonly crps: number;
  /** Mean Winkler scores of the 50 % and 90 % intervals of the log return. */
  readonly winkler50: number;
  readonly winkler90: number;
  /** Share of outcomes within the interval, 0–1. */
  readonly coverage50: number;
  readonly coverage80: number;
  readonly coverage90: number;
  /** In the bars' currency; where symbols of different prices are pooled the dear ones weigh most. */
  readonly rmse: number;
  readonly mae: number;
  /** Mean of |error| ÷ outcome. */
  readonly mape: number;
  /** 1 − CRPS ÷ that of the reference baseline on the same origins; positive is better. */
  readonly skillOverBaseline: number;
  readonly skillOverNaive: number;
  /** Point errors ÷ those of naive persistence on the same origins; below 1 is better. */
  readonly rmseToNaive: number;
  readonly maeToNaive: number;
  readonly mapeToNaive: number;
  /** Against naive persistence, the reference baseline and the rivals that were named, without itself. */
  readonly comparisons: readonly Comparison[];
}

/** Scores of one horizon over all origins. */
export interface HorizonScores extends Accuracy {
  readonly horizon: number;
  readonly direction: DirectionScores;
  /** Two-sided Diebold–Mariano p that the squared and the absolute errors differ from naive persistence's. */
  readonly pSquaredErrorToNaive: number | null;
  readonly pAbsoluteErrorToNaive: number | null;
}

/**
 * Scores of one forecaster: means over the horizons, skill being that of the mean CRPS, and a comparison's p that of the
 * mean over the horizons.
 */
export interface Scores extends Accuracy {
  readonly forecaster: string;
  /** h = 1..10. */
  readonly horizons: readonly HorizonScores[];
}

/** Forecasters summarised on the same origins. */
export interface Evaluation {
  /** Sessions of the scored origins, ascending. */
  readonly origins: readonly string[];
  /** Scored origins of all symbols; as many as `origins` where there is one. */
  readonly forecasts: number;
  /** Origins from which the forecasters were asked. */
  readonly asked: number;
  /** How often each forecaster abstained, by code; a forecaster that never did is left out. */
  readonly abstentions: readonly { readonly forecaster: string; readonly codes: AbstentionCounts }[];
  readonly naive: Scores;
  readonly baseline: Scores;
  /** In the order in which the forecasters were given. */
  readonly scores: readonly Scores[];
}

/**
 * Summarises scored origins. rivals: names of forecasters that all are compared with, beside the two baselines; one that
 * did not take part is passed over. → undefined where no origin could be scored.
 */
export function summarise(scored: ScoredOrigins, rivals: readonly string[] = []): Evaluation | undefined {
  if (scored.rows === 0) return undefined;
  const [naive, baseline, ...scores] = scoresOf(scored, selectRows(scored), rivals);
  if (!naive || !baseline) throw new Error('an evaluation without its baselines');
  return {
    origins: scored.sessions,
    forecasts: scored.rows,
    asked: scored.asked,
    abstentions: scored.field.flatMap(({ forecaster, abstentions }) =>
      Object.keys(abstentions).length === 0 ? [] : [{ forecaster, codes: abstentions }],
    ),
    naive,
    baseline,
    scores,
  };
}

/** Losses of one forecaster, by horizon and session: [h − 1][session]. */
interface SessionLosses {
  readonly crps: readonly Float64Array[];
  readonly overall: Float64Array;
  readonly squared: readonly Float64Array[];
  readonly absolute: readonly Float64Array[];
}

const HORIZON_NUMBERS: readonly number[] = Array.from({ length: HORIZONS }, (_, index) => index + 1);

/** Scores of all forecasters on some of the rows, at least one; naive persistence and the reference baseline first. */
export function scoresOf(scored: ScoredOrigins, selection: SessionRows, rivals: readonly string[]): Scores[] {
  const names = scored.field.map(({ forecaster }) => forecaster);
  const means = scored.field.map(({ sheet }) =>
    HORIZON_NUMBERS.map((horizon) => meansOf(scored, sheet, selection, horizon)),
  );
  const losses = scored.field.map(({ sheet }) => lossesOf(sheet, selection));
  const opponents = [0, 1, ...rivals.map((rival) => names.indexOf(rival))].filter(
    (index, position, all) => index >= 0 && all.indexOf(index) === position,
  );
  const test = (
    own: Float64Array | undefined,
    other: Float64Array | undefined,
    horizon: number,
  ): DieboldMariano | undefined =>
    own && other ? dieboldMariano(clusteredDifferentials(own, other, selection.counts), horizon) : undefined;
  const comparisonsOf = (
    own: number,
    crpsOf: (forecaster: number) => number,
    lossesOf: (forecaster: number) => Float64Array | undefined,
    horizon: number,
  ): Comparison[] =>
    opponents
      .filter((other) => other !== own)
      .map((other) =>
        comparisonOf(names[other] ?? '', crpsOf(own), crpsOf(other), test(lossesOf(own), lossesOf(other), horizon)),
      );
  return names.map((forecaster, own) => {
    const horizons = HORIZON_NUMBERS.map((horizon, index): HorizonScores => {
      const at = (of: number): Means => means[of]?.[index] ?? missing();
      const pointTest = (loss: 'squared' | 'absolute'): number | null =>
        test(losses[own]?.[loss][index], losses[0]?.[loss][index], horizon)?.pDifferent ?? null;
      return {
        horizon,
        ...at(own),
        direction: directionOf(scored, own, selection, horizon),
        ...relativeTo(at(own), at(0), at(1)),
        comparisons: comparisonsOf(
          own,
          (of) => at(of).crps,
          (of) => losses[of]?.crps[index],
          horizon,
        ),
        pSquaredErrorToNaive: pointTest('squared'),
        pAbsoluteErrorToNaive: pointTest('absolute'),
      };
    });
    const overall = (of: number): Means => meanOfMeans(means[of] ?? []);
    return {
      forecaster,
      ...overall(own),
      ...relativeTo(overall(own), overall(0), overall(1)),
      rmseToNaive: mean(horizons.map((one) => one.rmseToNaive)),
      maeToNaive: mean(horizons.map((one) => one.maeToNaive)),
      mapeToNaive: mean(horizons.map((one) => one.mapeToNaive)),
      comparisons: comparisonsOf(
        own,
        (of) => overall(of).crps,
        (of) => losses[of]?.overall,
        HORIZONS,
      ),
      horizons,
    };
  });
}

type Means = Pick<
  Accuracy,
  'crps' | 'winkler50' | 'winkler90' | 'coverage50' | 'coverage80' | 'coverage90' | 'rmse' | 'mae' | 'mape'
>;

function missing(): never {
  throw new Error('a horizon without scores');
}

function meansOf({ outcomes }: ScoredOrigins, sheet: ScoreSheet, { rows }: SessionRows, horizon: number): Means {
  const over = (valueOf: (cell: number) => number): number => {
    let sum = 0;
    for (const row of rows) sum += valueOf(row * HORIZONS + horizon - 1);
    return sum / rows.length;
  };
  return {
    crps: over((cell) => sheet.crps[cell] ?? NaN),
    winkler50: over((cell) => sheet.winkler50[cell] ?? NaN),
    winkler90: over((cell) => sheet.winkler90[cell] ?? NaN),
    coverage50: over((cell) => sheet.covered50[cell] ?? NaN),
    coverage80: over((cell) => sheet.covered80[cell] ?? NaN),
    coverage90: over((cell) => sheet.covered90[cell] ?? NaN),
    rmse: Math.sqrt(over((cell) => (sheet.error[cell] ?? NaN) ** 2)),
    mae: over((cell) => Math.abs(sheet.error[cell] ?? NaN)),
    mape: over((cell) => Math.abs(sheet.error[cell] ?? NaN) / (outcomes.closes[cell] ?? NaN)),
  };
}

function meanOfMeans(horizons: readonly Means[]): Means {
  const over = (name: keyof Means): number => mean(horizons.map((one) => one[name]));
  return {
    crps: over('crps'),
    winkler50: over('winkler50'),
    winkler90: over('winkler90'),
    coverage50: over('coverage50'),
    coverage80: over('coverage80'),
    coverage90: over('coverage90'),
    rmse: over('rmse'),
    mae: over('mae'),
    mape: over('mape'),
  };
}

function relativeTo(
  own: Means,
  naive: Means,
  baseline: Means,
): Pick<Accuracy, 'skillOverBaseline' | 'skillOverNaive' | 'rmseToNaive' | 'maeToNaive' | 'mapeToNaive'> {
  return {
    skillOverBaseline: 1 - ratio(own.crps, baseline.crps),
    skillOverNaive: 1 - ratio(own.crps, naive.crps),
    rmseToNaive: ratio(own.rmse, naive.rmse),
    maeToNaive: ratio(own.mae, naive.mae),
    mapeToNaive: ratio(own.mape, naive.mape),
  };
}

function lossesOf(sheet: ScoreSheet, selection: SessionRows): SessionLosses {
  const byHorizon = (valueOf: (cell: number) => number): Float64Array[] =>
    HORIZON_NUMBERS.map((horizon) => sessionMeans(selection, horizon, valueOf));
  const crps = byHorizon((cell) => sheet.crps[cell] ?? NaN);
  return {
    crps,
    overall: meanOfColumns(crps),
    squared: byHorizon((cell) => (sheet.error[cell] ?? NaN) ** 2),
    absolute: byHorizon((cell) => Math.abs(sheet.error[cell] ?? NaN)),
  };
}

function comparisonOf(rival: string, own: number, other: number, test: DieboldMariano | undefined): Comparison {
  return {
    rival,
    skill: 1 - ratio(own, other),
    pBetter: test?.pBetter ?? null,
    pDifferent: test?.pDifferent ?? null,
  };
}

function directionOf(scored: ScoredOrigins, own: number, selection: SessionRows, horizon: number): DirectionScores {
  const { outcomes, field } = scored;
  const directions = field[own]?.sheet.direction ?? new Int8Array();
  const gains = new Float64Array(selection.sessions.length);
  const called = new Int32Array(selection.sessions.length);
  let hits = 0;
  let ups = 0;
  selection.rows.forEach((row, index) => {
    const cell = row * HORIZONS + horizon - 1;
    const direction = directions[cell] ?? 0;
    if (direction === 0) return;
    const moved = Math.sign((outcomes.closes[cell] ?? NaN) - (outcomes.originCloses[row] ?? NaN));
    const hit = Number(moved === direction);
    const up = Number(moved > 0);
    const position = selection.positionOf[index] ?? 0;
    hits += hit;
    ups += up;
    gains[position] = (gains[position] ?? NaN) + hit - up;
    called[position] = (called[position] ?? NaN) + 1;
  });
  const calls = called.reduce((sum, count) => sum + count, 0);
  if (calls === 0) return { called: 0, hit: null, alwaysUp: null, pDifferent: null };
  const present = Array.from(called.keys()).filter((position) => (called[position] ?? 0) > 0);
  const counts = present.map((position) => called[position] ?? NaN);
  const meanGains = Float64Array.from(present, (position, index) => (gains[position] ?? NaN) / (counts[index] ?? NaN));
  const differentials = clusteredDifferentials(meanGains, new Float64Array(present.length), counts);
  return {
    called: calls / selection.rows.length,
    hit: hits / calls,
    alwaysUp: ups / calls,
    pDifferent: dieboldMariano(differentials, horizon)?.pDifferent ?? null,
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
