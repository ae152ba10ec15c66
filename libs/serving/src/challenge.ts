import { type DecisionReason } from '@closing-bell/contracts';
import {
  BASELINES,
  type EpochReport,
  evaluate,
  type Evaluation,
  Field,
  type FitNetwork,
  type FittedForecaster,
  type Forecaster,
  type History,
  HistoryTooShortError,
  historyUntil,
  type LstmOptions,
  type ScoredOrigins,
  searchOptions,
  type SearchResult,
  type SearchTrial,
  summarise,
} from '@closing-bell/forecasting';
import { inSpan } from '@closing-bell/tracing';
import { judge, layOutJudgement, RIVAL, type Role, type Verdict } from './gate';

/** How challengers are trained. */
export interface TrainingSettings {
  /** Decides every random number. */
  readonly seed: number;
  /** Columns of the features that a network reads. */
  readonly featureNames: readonly string[];
  readonly lstm: Partial<LstmOptions>;
  /** Whether a challenger starts at the champion's weights rather than at ones drawn from the seed. */
  readonly startAtChampion: boolean;
  /** How a network is fitted. */
  readonly fit: FitNetwork;
}

/** What a symbol's models are fitted and judged on. */
interface ChallengeRequest {
  readonly symbol: string;
  /** Up to the session of the decision. */
  readonly history: History;
  readonly champion: FittedForecaster | undefined;
  readonly training: TrainingSettings;
  /** Trials of a search for better options before the challenger is fitted; 0: none. */
  readonly searchTrials: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ChallengeProgress) => void;
}

/** How far a challenge is. */
export type ChallengeProgress =
  | { readonly phase: 'searching'; readonly trial: SearchTrial }
  | { readonly phase: 'training'; readonly report: EpochReport };

/** A challenger beside the champion and the baselines. */
export interface Challenge {
  /** The blend that was fitted on what precedes the judged origins; undefined with too little history. */
  readonly challenger: FittedForecaster | undefined;
  readonly epochs: readonly EpochReport[];
  /** The baselines that could be fitted on the same. */
  readonly baselines: readonly FittedForecaster[];
  /** Last session that was learnt from; undefined where none was. */
  readonly trainedUntil: string | undefined;
  /** What `challenger`, `champion` and the baselines, by their names, said from the judged origins beside what happened. */
  readonly scored: ScoredOrigins | undefined;
  /** Their scores; undefined where no origin could be scored. */
  readonly evaluation: Evaluation | undefined;
  readonly verdict: Verdict;
  /** What was found by a search, and why there is no challenger where there is none. */
  readonly reasons: readonly DecisionReason[];
  /** Trials of the search for better options. */
  readonly trials: readonly SearchTrial[];
}

/** The challenger that is fitted. */
const CHALLENGER = 'blend';

/**
 * Fits a challenger and the baselines on what precedes the judged origins, scores them with the champion on these origins, and
 * judges. Nothing after the history's end is seen, and nothing that is judged was learnt from.
 */
export async function challenge(request: ChallengeRequest): Promise<Challenge> {
  const { symbol, history, champion, training, signal, onProgress } = request;
  const { trainingEnd, origins } = layOutJudgement(history.bars.length);
  const known = [historyUntil(history, Math.max(trainingEnd, -1))];
  const search = await searched(known, request);
  const epochs: EpochReport[] = [];
  const field = new Field(known, {
    seed: training.seed,
    signal,
    featureNames: training.featureNames,
    lstm: search?.best ?? training.lstm,
    fit: training.fit,
    warmStart: training.startAtChampion ? champion?.network : undefined,
    onEpoch: (report) => {
      epochs.push(report);
      onProgress({ phase: 'training', report });
    },
  });
  const challenger = await unlessTooShort(() => field.fitStorable(CHALLENGER));
  const about = {
    challenger: challenger instanceof HistoryTooShortError ? undefined : challenger,
    reasons: [
      ...(search ? [searchReason(search)] : []),
      ...(challenger instanceof HistoryTooShortError ? [{ code: 'too-short', detail: challenger.message }] : []),
    ],
    epochs,
    trainedUntil: history.bars[trainingEnd]?.session,
    trials: search?.trials ?? [],
  };
  // A champion stays where nothing could be trained to challenge it.
  if (!about.challenger && champion) {
    return { ...about, baselines: [], scored: undefined, evaluation: undefined, verdict: UNCHALLENGED };
  }
  const baselines = await fittable(field);
  const last = origins.at(-1);
  const entrants = [
    named('challenger', about.challenger),
    named('champion', champion),
    ...baselines.filter(({ name }) => name !== BASELINES[0]),
  ].filter((one) => one !== undefined && last !== undefined && canForecast(one, history, last)) as Forecaster[];
  const scored = await inSpan('judge challenger', {}, () =>
    evaluate(entrants, [{ symbol, history, origins }], { signal }),
  );
  const evaluation = summarise(scored, [RIVAL]);
  return { ...about, baselines, scored, evaluation, verdict: judge(evaluation) };
}

const UNCHALLENGED: Verdict = { decision: 'kept', reasons: [], checks: [], bestBaseline: BASELINES[0] };

/** The search for better options, where one is asked for and there is enough to learn from. */
async function searched(
  known: readonly History[],
  { training, searchTrials, signal, onProgress }: ChallengeRequest,
): Promise<SearchResult | undefined> {
  if (searchTrials === 0) return undefined;
  const { featureNames, lstm, seed, fit } = training;
  const onTrial = (trial: SearchTrial): void => onProgress({ phase: 'searching', trial });
  const found = await unlessTooShort(() =>
    searchOptions({ histories: known, featureNames, options: lstm, trials: searchTrials, seed, signal, onTrial }, fit),
  );
  return found instanceof HistoryTooShortError ? undefined : found;
}

function searchReason({ best, trials }: SearchResult): DecisionReason {
  const combinations = new Set(trials.map(({ combination }) => combination)).size;
  const { units, lookback, dropout, learningRate } = best;
  return {
    code: 'searched',
    detail: `Of ${combinations} combinations of options in ${trials.length} trials the one of ${units} units, lookback ${lookback}, dropout ${dropout} and learning rate ${learningRate} was best on the validation sessions.`,
  };
}

/** What a fit gives, or why there is too little to fit it on. */
async function unlessTooShort<T>(fit: () => Promise<T>): Promise<T | HistoryTooShortError> {
  try {
    return await fit();
  } catch (error) {
    if (error instanceof HistoryTooShortError) return error;
    throw error;
  }
}

/** The baselines that the known history is long enough for. */
async function fittable(field: Field): Promise<FittedForecaster[]> {
  const fitted = await Promise.all(BASELINES.map((name) => unlessTooShort(() => field.fitStorable(name))));
  return fitted.filter((one) => !(one instanceof HistoryTooShortError));
}

/** A forecaster under the name of its part in the judgement. */
function named(name: Role, forecaster: Forecaster | undefined): Forecaster | undefined {
  return forecaster && { name, forecasts: (history, origins) => forecaster.forecasts(history, origins) };
}

function canForecast(forecaster: Forecaster, history: History, origin: number): boolean {
  return forecaster.forecasts(history, [origin])[0]?.outcome === 'forecast';
}
