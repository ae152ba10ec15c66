import { PermanentError } from '@closing-bell/contracts';
import { HORIZONS, QUANTILE_LEVELS } from '../horizons';
import { type ScoredOrigins } from '../evaluation/evaluate';
import { type FanSample } from '../evaluation/fan-sample';
import { PIT_BINS } from '../evaluation/probability-integral-transform';
import { type ScoreSheet } from '../evaluation/score-sheet';
import { selectRows, sessionMeans, type SessionRows } from '../evaluation/session-losses';
import { type Evaluation, type Scores, scoresOf, summarise } from '../evaluation/summarise';

/** Sessions over which coverage is averaged as time goes on: a quarter. */
export const COVERAGE_SESSIONS = 63;

/** Horizons whose coverage is followed over time. */
const FOLLOWED_HORIZONS = [1, 5, 10];

/** What a backtest is about, beside its scores. */
export interface BacktestSubject {
  /** What was forecast, such as "S&P 500 index". */
  readonly title: string;
  /** Name of the forecaster that the report is about. */
  readonly headline: string;
  /** Names of the forecasters that all are compared with, beside the two baselines. */
  readonly rivals: readonly string[];
  /** A span of special interest, such as a crash: `sessions` scored sessions from the first that is not before `from`. */
  readonly window?: { readonly name: string; readonly from: string; readonly sessions: number } | undefined;
  /** How the backtest was done, a row of text each. */
  readonly protocol: readonly { readonly name: string; readonly text: string }[];
  /** Every constant, with the data that it was chosen on. */
  readonly constants: readonly { readonly name: string; readonly value: string; readonly chosenOn: string }[];
}

/** Scores of the forecasters on some of the origins: a year's, a symbol's. */
export interface Slice {
  readonly name: string;
  /** Scored origins of all symbols. */
  readonly forecasts: number;
  readonly scores: readonly {
    readonly forecaster: string;
    /** 1 − mean CRPS over the horizons ÷ that of the reference baseline. */
    readonly skillOverBaseline: number;
    /** Mean over the horizons, 0–1. */
    readonly coverage90: number;
  }[];
}

/** How forecast distributions lie about the outcomes. */
export interface Calibration {
  readonly forecaster: string;
  /** pit[h − 1][bin]: share of outcomes whose PIT lies in the bin; 20 bins of 0.05, each 0.05 where calibrated. */
  readonly pit: readonly (readonly number[])[];
  /** pinball[h − 1][k]: mean pinball loss of the log return at level (k + 1) / 40. */
  readonly pinball: readonly (readonly number[])[];
}

/** Coverage of the 90 % interval over the latest 63 scored sessions. */
export interface CoveragePath {
  readonly horizons: readonly number[];
  /** Sessions of the last origins of each span; none where fewer than 63 were scored. */
  readonly sessions: readonly string[];
  /** covered[i][s]: share of outcomes at horizons[i] that were covered, 0–1, over the origins up to sessions[s]. */
  readonly forecasters: readonly { readonly forecaster: string; readonly covered: readonly (readonly number[])[] }[];
}

/** Skill of one method over its seeds. */
export interface SeedSpread {
  readonly method: string;
  readonly seeds: number;
  /** Over all horizons, against the reference baseline. */
  readonly skillOverBaseline: Spread;
  /** h = 1..10. */
  readonly horizons: readonly Spread[];
}

export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  /** Sample standard deviation. */
  readonly deviation: number;
}

/**
 * A backtest, ready to be shown or written as JSON: plain data, every number finite or null. Names are stable within a
 * format. Shares are 0–1, prices in the bars' currency, all else of log returns.
 */
export interface BacktestResult {
  readonly format: 1;
  readonly subject: BacktestSubject;
  readonly symbols: readonly string[];
  readonly evaluation: Evaluation;
  /** The window's scores; null where none was asked for or no origin lies in it. */
  readonly window: {
    readonly name: string;
    readonly from: string;
    readonly to: string;
    readonly sessions: number;
    readonly scores: readonly Scores[];
  } | null;
  /** By year of the origin, oldest first. */
  readonly years: readonly Slice[];
  /** By symbol, as given, those without a scored origin left out. */
  readonly bySymbol: readonly Slice[];
  /** Methods that took part with several seeds. */
  readonly seeds: readonly SeedSpread[];
  readonly calibration: readonly Calibration[];
  readonly coveragePath: CoveragePath;
  /** Oldest first. */
  readonly fans: readonly FanSample[];
}

/**
 * Summarises a backtest. Throws PermanentError `no-scored-origins` where no origin could be scored, saying who abstained, and
 * `unknown-forecaster` where the headline did not take part.
 */
export function backtestResult(scored: ScoredOrigins, subject: BacktestSubject): BacktestResult {
  const evaluation = summarise(scored, subject.rivals);
  if (!evaluation) {
    const abstentions = scored.field
      .filter((one) => Object.keys(one.abstentions).length > 0)
      .map((one) => `${one.forecaster} ${JSON.stringify(one.abstentions)}`);
    throw new PermanentError(
      `None of ${scored.asked} origins could be scored: it takes ten realised outcomes and a forecast from everyone. Abstentions: ${abstentions.join(', ') || 'none'}. Choose a later span or fewer forecasters.`,
      { reason: 'no-scored-origins', asked: scored.asked },
    );
  }
  const names = scored.field.map(({ forecaster }) => forecaster);
  if (!names.includes(subject.headline)) {
    throw new PermanentError(
      `The report is to be about ${subject.headline}, which did not take part. Choose one of ${names.join(', ')}.`,
      { reason: 'unknown-forecaster', forecaster: subject.headline },
    );
  }
  const years = [...new Set(scored.sessions.map(yearOf))];
  return {
    format: 1,
    subject,
    symbols: scored.symbols,
    evaluation,
    window: windowOf(scored, subject),
    years: years.flatMap((year) => sliceOf(scored, year, (session) => yearOf(scored.sessions[session] ?? '') === year)),
    bySymbol: scored.symbols.flatMap((symbol, index) => sliceOf(scored, symbol, (_, other) => other === index)),
    seeds: seedSpreads(evaluation.scores),
    calibration: scored.field.map(({ forecaster, sheet }) => calibrationOf(forecaster, sheet, scored.rows)),
    coveragePath: coveragePathOf(scored),
    fans: scored.fans,
  };
}

/** All forecasters of an evaluation: naive persistence, the reference baseline, then the others. */
export function fieldOf({ naive, baseline, scores }: Evaluation): Scores[] {
  return [naive, baseline, ...scores];
}

/** The method of a forecaster called `<method>#<seed>`; of any other its name. */
export function methodOf(forecaster: string): string {
  return forecaster.replace(/#[^#]*$/, '');
}

function yearOf(session: string): string {
  return session.slice(0, 4);
}

function windowOf(scored: ScoredOrigins, { window, rivals }: BacktestSubject): BacktestResult['window'] {
  if (!window) return null;
  const first = scored.sessions.findIndex((session) => session >= window.from);
  if (first < 0) return null;
  const sessions = scored.sessions.slice(first, first + window.sessions);
  const selection = selectRows(scored, (session) => session >= first && session < first + window.sessions);
  return {
    name: window.name,
    from: sessions[0] ?? '',
    to: sessions.at(-1) ?? '',
    sessions: sessions.length,
    scores: scoresOf(scored, selection, rivals),
  };
}

function sliceOf(scored: ScoredOrigins, name: string, wanted: (session: number, symbol: number) => boolean): Slice[] {
  const { rows } = selectRows(scored, wanted);
  if (rows.length === 0) return [];
  const meanOf = (column: ArrayLike<number>): number => {
    let sum = 0;
    for (const row of rows) {
      for (let cell = row * HORIZONS; cell < (row + 1) * HORIZONS; cell++) sum += column[cell] ?? NaN;
    }
    return sum / (rows.length * HORIZONS);
  };
  const baseline = meanOf(scored.field[1]?.sheet.crps ?? []);
  return [
    {
      name,
      forecasts: rows.length,
      scores: scored.field.map(({ forecaster, sheet }) => ({
        forecaster,
        // A price that stood still leaves nothing to be better at.
        skillOverBaseline: baseline > 0 ? 1 - meanOf(sheet.crps) / baseline : 0,
        coverage90: meanOf(sheet.covered90),
      })),
    },
  ];
}

function seedSpreads(scores: readonly Scores[]): SeedSpread[] {
  const methods = [...new Set(scores.map(({ forecaster }) => methodOf(forecaster)))];
  return methods.flatMap((method) => {
    const seeds = scores.filter(({ forecaster }) => forecaster.includes('#') && methodOf(forecaster) === method);
    if (seeds.length < 2) return [];
    return [
      {
        method,
        seeds: seeds.length,
        skillOverBaseline: spreadOf(seeds.map((one) => one.skillOverBaseline)),
        horizons: Array.from({ length: HORIZONS }, (_, index) =>
          spreadOf(seeds.map((one) => one.horizons[index]?.skillOverBaseline ?? NaN)),
        ),
      },
    ];
  });
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    min: Math.min(...values),
    mean,
    max: Math.max(...values),
    deviation: Math.sqrt(squares / (values.length - 1)),
  };
}

function calibrationOf(forecaster: string, sheet: ScoreSheet, rows: number): Calibration {
  const pit = Array.from({ length: HORIZONS }, () => new Array<number>(PIT_BINS).fill(0));
  for (let cell = 0; cell < rows * HORIZONS; cell++) {
    const bins = pit[cell % HORIZONS] ?? [];
    const bin = sheet.pitBin[cell] ?? 0;
    bins[bin] = (bins[bin] ?? NaN) + 1 / rows;
  }
  const levels = QUANTILE_LEVELS.length;
  return {
    forecaster,
    pit,
    pinball: Array.from({ length: HORIZONS }, (_, index) =>
      Array.from(sheet.pinballSums.subarray(index * levels, (index + 1) * levels), (sum) => sum / rows),
    ),
  };
}

function coveragePathOf(scored: ScoredOrigins): CoveragePath {
  const selection = selectRows(scored);
  return {
    horizons: FOLLOWED_HORIZONS,
    sessions: scored.sessions.slice(COVERAGE_SESSIONS - 1),
    forecasters: scored.field.map(({ forecaster, sheet }) => ({
      forecaster,
      covered: FOLLOWED_HORIZONS.map((horizon) => rollingCoverage(sheet, selection, horizon)),
    })),
  };
}

function rollingCoverage(sheet: ScoreSheet, selection: SessionRows, horizon: number): number[] {
  const bySession = sessionMeans(selection, horizon, (cell) => sheet.covered90[cell] ?? NaN);
  return Array.from({ length: Math.max(0, bySession.length - COVERAGE_SESSIONS + 1) }, (_, first) => {
    const span = bySession.subarray(first, first + COVERAGE_SESSIONS);
    // Four digits tell apart what 63 sessions can tell apart.
    return Number((span.reduce((sum, share) => sum + share, 0) / COVERAGE_SESSIONS).toFixed(4));
  });
}
