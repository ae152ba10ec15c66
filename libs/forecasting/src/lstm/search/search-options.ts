import { setMaxListeners } from 'node:events';
import { type History } from '../../history';
import { RandomSource } from '../../random';
import { type EpochReport, type FitNetwork } from '../fit/fit';
import { fitTask } from '../fit-task';
import { LSTM_DEFAULTS, type LstmOptions } from '../options';
import { prepareTrainingSet, type TrainingSet } from '../training-set';
import { latestStepLoss } from './latest-step-loss';
import { drawOptions } from './search-space';

/** What to search on. */
export interface OptionSearch {
  /** Of one symbol or many, each up to the moment of training. */
  readonly histories: readonly History[];
  readonly featureNames: readonly string[];
  /** What differs from LSTM_DEFAULTS: the first trial, and whatever is not searched for in all others. */
  readonly options?: Partial<LstmOptions>;
  /** Combinations on the first rung, at least 1. */
  readonly trials: number;
  /** Decides the combinations and every random number of their training. */
  readonly seed: number;
  /** Ends the search early; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each trial when it is done; of those of one rung in any order. */
  readonly onTrial?: ((trial: SearchTrial) => void) | undefined;
}

/** A combination trained for the epochs of one rung. */
export interface SearchTrial {
  /** Which combination it is, from 1; 1: the options that were given. */
  readonly combination: number;
  /** From 1. */
  readonly rung: number;
  /** With the epochs of the rung. */
  readonly options: LstmOptions;
  readonly seed: number;
  readonly epochLosses: readonly EpochReport[];
  /** The epoch whose weights were judged; 0: the initial ones. */
  readonly bestEpoch: number;
  /** What it is judged by: mean loss of the last step of the validation windows that all combinations have. */
  readonly loss: number;
}

export interface SearchResult {
  /** The winner's options, with the epochs that were given. */
  readonly best: LstmOptions;
  /** By rung and within it by combination. */
  readonly trials: readonly SearchTrial[];
}

/** Epochs of the first rung; each has twice as many as the one before. */
const FIRST_EPOCHS = 4;

/** Epochs of each rung; the last has all. */
function rungEpochs(epochs: number): number[] {
  const rungs: number[] = [];
  for (let rung = FIRST_EPOCHS; rung < epochs; rung *= 2) rungs.push(rung);
  return [...rungs, epochs];
}

/**
 * Looks for better units, lookback, dropout and learning rate by successive halving: all combinations are trained for a few
 * epochs, the better half for twice as many, and so on until one is left or the last rung has judged. Trials of a rung are fitted
 * side by side as far as `fit` does that. The same search gives the same result on the same engine and machine.
 * Rejects with HistoryTooShortError where there is too little to learn from, and with whatever the fit rejects with.
 * Source: Jamieson and Talwalkar 2016.
 */
export async function searchOptions(search: OptionSearch, fit: FitNetwork): Promise<SearchResult> {
  const { histories, featureNames, trials, seed, signal, onTrial } = search;
  if (!(trials >= 1)) throw new RangeError(`A search needs at least 1 trial, not ${trials}.`);
  const given: LstmOptions = { ...LSTM_DEFAULTS, ...search.options };
  const random = new RandomSource(seed);
  const combinations = Array.from({ length: trials }, (_, index) => ({
    combination: index + 1,
    options: index === 0 ? given : { ...given, ...drawOptions(random) },
  }));
  const lookbacks = [...new Set(combinations.map(({ options }) => options.lookback))];
  const longest = prepareTrainingSet(histories, featureNames, { ...given, lookback: Math.max(...lookbacks) });
  const sets = trainingSets(search, given, longest, lookbacks);
  const failure = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  // Every trial of a rung listens; Node would take more than ten for a leak.
  setMaxListeners(0, stop);

  const run = async (combination: number, settings: LstmOptions, rung: number): Promise<SearchTrial> => {
    const epochLosses: EpochReport[] = [];
    const task = fitTask(sets.get(settings.lookback) ?? longest, settings, seed);
    const fitted = await fit(task, { onEpoch: (report) => epochLosses.push(report), signal: stop });
    const loss = await latestStepLoss(task, fitted.weights, longest.validation.lastRows, stop);
    const trial = { combination, rung, options: settings, seed, epochLosses, bestEpoch: fitted.bestEpoch, loss };
    onTrial?.(trial);
    return trial;
  };

  const rungs = rungEpochs(given.epochs);
  const done: SearchTrial[] = [];
  let left = combinations;
  for (const [index, epochs] of rungs.entries()) {
    const running = left.map((one) => run(one.combination, { ...one.options, epochs }, index + 1));
    const ended = await Promise.all(running).catch(async (error: unknown) => {
      // The others would compute on for nobody; waited for, they may keep where they stand.
      failure.abort(error);
      await Promise.allSettled(running);
      throw error;
    });
    done.push(...ended);
    const isLast = index + 1 === rungs.length;
    const better = ended.toSorted(byLoss).slice(0, isLast ? 1 : Math.ceil(ended.length / 2));
    left = left.filter(({ combination }) => better.some((trial) => trial.combination === combination));
    if (left.length === 1) break;
  }
  return { best: left[0]?.options ?? given, trials: done };
}

/** Lower first; what came to no number last. Of equals the earlier combination stays first. */
function byLoss(a: SearchTrial, b: SearchTrial): number {
  const rank = ({ loss }: SearchTrial): number => (Number.isFinite(loss) ? loss : Number.MAX_VALUE);
  return rank(a) - rank(b);
}

/** A training set for each lookback. They differ in their windows alone, so that they share their rows. */
function trainingSets(
  { histories, featureNames }: OptionSearch,
  options: LstmOptions,
  longest: TrainingSet,
  lookbacks: readonly number[],
): Map<number, TrainingSet> {
  return new Map(
    lookbacks.map((lookback) => {
      const { training, validation } = prepareTrainingSet(histories, featureNames, { ...options, lookback });
      return [
        lookback,
        {
          ...longest,
          training: { ...longest.training, lastRows: training.lastRows },
          validation: { ...longest.validation, lastRows: validation.lastRows },
        },
      ];
    }),
  );
}
