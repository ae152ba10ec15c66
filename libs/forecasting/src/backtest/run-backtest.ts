import {
  evaluate,
  type EvaluationCase,
  type EvaluationProgress,
  type GivenAnswers,
  type ScoredOrigins,
} from '../evaluation/evaluate';
import { Field, type FieldSettings, type ForecasterName, SEEDED_FORECASTERS } from '../field';
import { type Forecaster } from '../forecaster';
import { type History, historyUntil } from '../history';
import { type Fold, refitted } from './refitted';

/** A history with its name. */
export interface NamedHistory {
  readonly symbol: string;
  readonly history: History;
}

export interface BacktestRequest {
  readonly forecasters: readonly ForecasterName[];
  /** Forecasters that have learnt elsewhere and take part as they are. */
  readonly others?: readonly Forecaster[];
  /** What is forecast. */
  readonly tested: readonly NamedHistory[];
  /** What is learnt from, each up to the moment of fitting; may be what is tested. */
  readonly learntFrom: readonly NamedHistory[];
  /** First and last origin; 'YYYY-MM-DD'. */
  readonly from: string;
  readonly to: string;
  /** Days on which all is fitted again, from what was known at their close or the last one before; ascending, the first not after `from`. */
  readonly refits: readonly string[];
  /** A forecaster that draws random numbers takes part once a seed, as `name#seed`. */
  readonly seeds: readonly number[];
  readonly settings: Omit<FieldSettings, 'seed' | 'signal'>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BacktestProgress) => void) | undefined;
  /** Told of what each forecaster said, symbol by symbol. */
  readonly onAnswers?: ((given: GivenAnswers) => void) | undefined;
}

/** How far a backtest is. */
export type BacktestProgress =
  | { readonly phase: 'fitting'; readonly forecaster: string; readonly done: number; readonly total: number }
  | ({ readonly phase: 'forecasting' } & EvaluationProgress);

/**
 * Fits the forecasters at each refit from what was known then, rolls the origin from `from` to `to` and scores what each
 * forecast. Rejects with HistoryTooShortError where a fit had too little to learn from, and as `evaluate` does.
 */
export async function runBacktest(request: BacktestRequest): Promise<ScoredOrigins> {
  const { tested, from, to, others = [], signal, onProgress, onAnswers } = request;
  const forecasters = [...(await fitAll(request)), ...others];
  const cases = tested.map(({ symbol, history }): EvaluationCase => ({
    symbol,
    history,
    origins: history.bars.flatMap(({ session }, index) => (session >= from && session <= to ? [index] : [])),
  }));
  return evaluate(forecasters, cases, {
    signal,
    onAnswers,
    onProgress: (progress) => onProgress?.({ phase: 'forecasting', ...progress }),
  });
}

async function fitAll(request: BacktestRequest): Promise<Forecaster[]> {
  const { forecasters, learntFrom, refits, seeds, settings, signal, onProgress } = request;
  const entrants = forecasters.flatMap((name) =>
    SEEDED_FORECASTERS.includes(name)
      ? seeds.map((seed) => ({ name, seed, entry: `${name}#${seed}` }))
      : [{ name, seed: seeds[0] ?? 1, entry: name }],
  );
  const total = entrants.length * refits.length;
  let done = 0;
  // What one fit rejects with ends the others: nobody would wait for them.
  const failure = new AbortController();
  const ended = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  const folds = await Promise.all(
    refits.map(async (refit) => {
      const known = learntFrom.flatMap(({ history }) => knownAt(history, refit));
      const fields = new Map(seeds.map((seed) => [seed, new Field(known, { ...settings, seed, signal: ended })]));
      return Promise.all(
        entrants.map(async ({ name, seed, entry }): Promise<Fold> => {
          const forecaster = await (fields.get(seed) ?? new Field(known, { ...settings, seed, signal: ended })).fit(
            name,
          );
          onProgress?.({ phase: 'fitting', forecaster: entry, done: ++done, total });
          return { fittedAt: refit, forecaster };
        }),
      );
    }),
  ).catch((error: unknown) => {
    failure.abort(error);
    throw error;
  });
  return entrants.map(({ entry }, index) =>
    refitted(
      entry,
      folds.flatMap((fold) => fold.slice(index, index + 1)),
    ),
  );
}

/** A history up to a day; nothing where it begins after it. */
function knownAt(history: History, day: string): History[] {
  const last = history.bars.findLastIndex(({ session }) => session <= day);
  return last < 0 ? [] : [historyUntil(history, last)];
}
