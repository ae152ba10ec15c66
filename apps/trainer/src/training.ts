import {
  type ColumnDrift,
  type DecisionReason,
  type ModelReady,
  type ModelVersion,
  type Reference,
  type Trigger,
} from '@closing-bell/contracts';
import { scaleFreeFeatures } from '@closing-bell/features';
import {
  alignHistory,
  evaluate,
  type Forecaster,
  type History,
  HistoryTooShortError,
  historyUntil,
  judge,
  layOutJudgement,
  loadLstm,
  type LstmModel,
  type LstmOptions,
  type LstmTraining,
  type Scores,
  summarise,
} from '@closing-bell/forecasting';
import { barsOfColumns, type ExchangeCalendar } from '@closing-bell/market';
import { type ModelRegistry, type Moment, type RegisteredModel } from '@closing-bell/registry';
import { type SeriesStore } from '@closing-bell/storage';
import { type Logger } from 'pino';
import { type DecisionInputs, type DecisionLog, type DecisionRecord } from './decision-log';
import { askPolicy, type RetrainPolicy } from './retrain-policy';

export interface TrainingDependencies {
  readonly series: SeriesStore;
  readonly registry: ModelRegistry;
  readonly decisions: DecisionLog;
  readonly calendarOf: (exchange: string) => ExchangeCalendar;
  readonly policy: RetrainPolicy;
  readonly seed: number;
  readonly lstm: Partial<LstmOptions>;
  /** Whether a challenger starts at the champion's weights rather than at ones drawn from the seed. */
  readonly startAtChampion: boolean;
  /** How a model is trained. Rejects with HistoryTooShortError where there is too little to learn from. */
  readonly train: (training: LstmTraining) => Promise<LstmModel>;
  readonly logger: Logger;
}

/** What is to be decided: features as of a session, and what asks. */
export interface TrainingQuestion {
  readonly exchange: string;
  readonly symbol: string;
  readonly session: string;
  readonly forceRetrain: boolean;
  readonly trigger: Trigger;
  readonly bars: Reference;
  readonly features: Reference;
  readonly featureSetHash: string;
  /** The columns that alarmed, when drift asks. */
  readonly columns?: readonly ColumnDrift[];
}

// The network reads what is free of scale; the classic indicators are stored for people to look at.
const INPUTS = scaleFreeFeatures.features.map(({ name }) => name);

/** Decides which model serves a symbol, trains a challenger where there is a reason, and says why. */
export class Training {
  constructor(private readonly dependencies: TrainingDependencies) {}

  /**
   * The decision for these inputs: the one that was made before, or a new one.
   *
   * @param signal ends a running training; the message is then delivered again
   */
  async decide(question: TrainingQuestion, signal: AbortSignal): Promise<ModelReady> {
    const { exchange, symbol, session, forceRetrain, trigger, bars, features, featureSetHash } = question;
    const inputs: DecisionInputs = { symbol, session, trigger, forceRetrain, bars, features };
    const { decisions, registry } = this.dependencies;
    const { record, reference } =
      (await decisions.find(inputs)) ?? (await decisions.write(await this.decideAnew(question, inputs, signal)));
    // After the record, so that a crash in between is mended by the next delivery; promoting again changes nothing.
    if (record.decision === 'promoted' && record.model) {
      await registry.promote(symbol, record.model.version, { session, trigger });
    }
    return {
      exchange,
      symbol,
      session,
      forceRetrain,
      trigger,
      decision: record.decision,
      reasons: [...record.reasons],
      record: reference,
      bars,
      features,
      featureSetHash,
      ...(record.model ? { model: record.model } : {}),
    };
  }

  private async decideAnew(
    question: TrainingQuestion,
    inputs: DecisionInputs,
    signal: AbortSignal,
  ): Promise<DecisionRecord> {
    const { symbol, session, trigger, exchange, forceRetrain, featureSetHash, columns } = question;
    const { registry, policy, calendarOf } = this.dependencies;
    const moment: Moment = { session, trigger };
    const champion = await registry.championBefore(symbol, moment);
    const calendar = calendarOf(exchange);
    const answer = askPolicy(policy, {
      trigger,
      forceRetrain,
      featureSetHash,
      champion,
      latest: await registry.latestBefore(symbol, moment),
      sessionsSince: (earlier) => calendar.sessionDistance(earlier, session),
      ...(columns === undefined ? {} : { drift: describeDrift(columns) }),
    });
    if (!answer.retrain) {
      return champion
        ? { inputs, decision: 'kept', reasons: answer.reasons, model: versionOf(champion) }
        : { inputs, decision: 'baseline', reasons: answer.reasons };
    }
    return this.challenge(question, inputs, champion, answer.reasons, signal);
  }

  /** Trains a challenger on what precedes the judged origins, judges it, and registers it whatever the verdict. */
  private async challenge(
    question: TrainingQuestion,
    inputs: DecisionInputs,
    champion: RegisteredModel | undefined,
    reasons: readonly DecisionReason[],
    signal: AbortSignal,
  ): Promise<DecisionRecord> {
    const { symbol, session, trigger, bars, features, featureSetHash } = question;
    const { registry, decisions, seed, lstm, startAtChampion, train, logger } = this.dependencies;
    const history = await this.historyOf(question);
    // A champion that was trained on another feature set cannot read this one: it can neither serve nor be compared.
    const usable = champion?.featureSetHash === featureSetHash ? champion : undefined;
    const { trainingEnd, origins } = layOutJudgement(history.bars.length);
    const serving = usable && (await loadLstm(await registry.load(usable.artifact)));
    let challenger: LstmModel;
    try {
      challenger = await train({
        histories: [historyUntil(history, Math.max(trainingEnd, -1))],
        featureNames: INPUTS,
        options: lstm,
        seed,
        signal,
        onEpoch: (report) => logger.info({ symbol, session, ...report }, `training ${symbol}: epoch ${report.epoch}`),
        warmStart: startAtChampion ? serving : undefined,
      });
    } catch (error) {
      if (!(error instanceof HistoryTooShortError)) throw error;
      const tooShort = [...reasons, { code: 'too-short', detail: error.message }];
      return usable
        ? { inputs, decision: 'kept', reasons: tooShort, model: versionOf(usable) }
        : { inputs, decision: 'baseline', reasons: tooShort };
    }
    const field: Forecaster[] = serving ? [challenger, serving] : [challenger];
    const evaluation = summarise(await evaluate(field, [{ symbol, history, origins }], { signal }));
    const [challengerScores, championScores] = evaluation?.scores ?? [];
    const verdict = judge({ evaluation, challenger: challengerScores, champion: championScores });
    const registered = await registry.register({
      name: symbol,
      decision: decisions.identityOf(inputs),
      moment: { session, trigger },
      files: challenger.files,
      featureSetHash,
      metrics: metricsOf(challengerScores),
      lineage: {
        bars,
        features,
        seed,
        parameters: {
          ...challenger.preprocessing.training.options,
          trainedUntil: challenger.preprocessing.training.to,
        },
      },
    });
    const serves = { promoted: registered, rejected: usable, kept: usable, baseline: undefined }[verdict.decision];
    return {
      inputs,
      decision: verdict.decision,
      reasons: [...reasons, ...verdict.reasons],
      ...(serves ? { model: versionOf(serves) } : {}),
      challenger: versionOf(registered),
      ...(evaluation ? { scores: evaluation } : {}),
    };
  }

  private async historyOf({ bars, features }: TrainingQuestion): Promise<History> {
    const { series } = this.dependencies;
    const [barSnapshot, featureSnapshot] = await Promise.all([series.load(bars), series.load(features)]);
    return alignHistory(barsOfColumns(barSnapshot.series), featureSnapshot.series);
  }
}

function versionOf({ name, version, artifact }: RegisteredModel): ModelVersion {
  return { name, version, artifact };
}

function describeDrift(columns: readonly ColumnDrift[]): string {
  return columns
    .map(({ column, test, score, threshold }) => `${column}: ${test} ${score.toFixed(3)} above ${threshold.toFixed(3)}`)
    .join('; ');
}

/** The scores by which versions are told apart in a list. */
function metricsOf(scores: Scores | undefined): Record<string, number> {
  if (!scores) return {};
  const { crps, skillOverBaseline, skillOverNaive, rmseToNaive, maeToNaive, coverage90 } = scores;
  return { crps, skillOverBaseline, skillOverNaive, rmseToNaive, maeToNaive, coverage90 };
}
