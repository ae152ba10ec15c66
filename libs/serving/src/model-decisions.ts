import {
  aboutOf,
  type ColumnDrift,
  type DecisionReason,
  type ModelReady,
  type ModelVersion,
  type Reference,
  type SymbolSession,
  type Trigger,
} from '@closing-bell/contracts';
import {
  type BaselineName,
  type Checkpoints,
  type FittedForecaster,
  type History,
  loadForecaster,
  type Scores,
} from '@closing-bell/forecasting';
import { type ExchangeCalendar } from '@closing-bell/market';
import {
  type Circumstances,
  type ModelRegistry,
  type Moment,
  type NewModel,
  type Parameters,
  type RegisteredModel,
} from '@closing-bell/registry';
import { challenge, type Challenge, type ChallengeProgress, type TrainingSettings } from './challenge';
import { type DecisionInputs, type DecisionLog, type DecisionRecord } from './decision-log';
import { judgementReport } from './judgement-report';
import { modelCard } from './model-card';
import { askPolicy, type RetrainPolicy } from './retrain-policy';
import { type TrainingCheckpoints } from './training-checkpoints';
import { trainingRuns } from './training-runs';

export interface DecisionDependencies {
  /** Bars and features that a question is about. */
  readonly historyOf: (question: ModelQuestion) => Promise<History>;
  readonly registry: ModelRegistry;
  readonly decisions: DecisionLog;
  readonly calendarOf: (exchange: string) => ExchangeCalendar;
  readonly policy: RetrainPolicy;
  readonly training: TrainingSettings;
  /** Where trainings that are cut short leave what is done; absent: they start anew. */
  readonly checkpoints?: TrainingCheckpoints;
  /** Version and commit of the code, which a run names. */
  readonly code: string;
  readonly clock: () => Date;
  /** Told that runs, versions or what serves of a symbol have changed. */
  readonly onChange?: (symbol: string) => void;
  /** Told how a training goes on. */
  readonly onProgress?: (progress: ChallengeProgress & { readonly symbol: string; readonly session: string }) => void;
}

/** What is to be decided: features as of a session, and what asks. */
export interface ModelQuestion extends Readonly<SymbolSession> {
  readonly trigger: Trigger;
  readonly bars: Reference;
  readonly features: Reference;
  readonly featureSetHash: string;
  /** What alarmed, when an alarm asks. */
  readonly columns?: readonly ColumnDrift[];
}

/** Decides which model serves a symbol, trains a challenger where there is a reason, and says why. */
export class ModelDecisions {
  constructor(private readonly dependencies: DecisionDependencies) {}

  /**
   * The decision for these inputs: the one that was made before, or a new one.
   *
   * @param signal ends a running training; the message is then delivered again
   */
  async decide(question: ModelQuestion, signal: AbortSignal): Promise<ModelReady> {
    const { trigger, bars, features, featureSetHash } = question;
    const { exchange, ...about } = aboutOf(question);
    const inputs: DecisionInputs = { ...about, trigger, bars, features };
    const { decisions, registry, checkpoints } = this.dependencies;
    const { record, reference } =
      (await decisions.find(inputs)) ?? (await decisions.write(await this.decideAnew(question, inputs, signal)));
    // After the record, so that a crash in between is mended by the next delivery; appointing again changes nothing.
    // Records of release 0.1 appoint whom they promote.
    if (record.model && (record.appoints ?? record.decision === 'promoted')) {
      await registry.appoint(about.symbol, record.model.version, { session: about.session, trigger });
    }
    if (record.challenger || record.appoints) this.dependencies.onChange?.(about.symbol);
    // Also of one that was made before: who made it may have ended in between, and a duplicate may have kept something since.
    if (record.challenger) await checkpoints?.forget(decisions.identityOf(inputs));
    return {
      exchange,
      ...about,
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
    question: ModelQuestion,
    inputs: DecisionInputs,
    signal: AbortSignal,
  ): Promise<DecisionRecord> {
    const { symbol, session, trigger, exchange, forceRetrain, featureSetHash, columns } = question;
    const { registry, policy, calendarOf } = this.dependencies;
    const moment: Moment = { session, trigger };
    const serving = await registry.servingBefore(symbol, moment);
    const champion = serving?.kind === 'model' ? serving : undefined;
    const calendar = calendarOf(exchange);
    const answer = askPolicy(policy, {
      trigger,
      forceRetrain,
      featureSetHash,
      champion,
      latest: await registry.latestBefore(symbol, moment),
      sessionsSince: (earlier) => calendar.sessionDistance(earlier, session),
      drift: inWords(columns, ({ rule }) => rule !== 'performance'),
      performance: inWords(columns, ({ rule }) => rule === 'performance'),
    });
    if (!answer.retrain) {
      const decision = champion ? 'kept' : 'baseline';
      return { inputs, decision, reasons: answer.reasons, ...serves(serving) };
    }
    return this.challenge(question, inputs, champion, answer.reasons, signal);
  }

  /** Trains a challenger on what precedes the judged origins, judges it, and registers it whatever the verdict. */
  private async challenge(
    question: ModelQuestion,
    inputs: DecisionInputs,
    champion: RegisteredModel | undefined,
    reasons: readonly DecisionReason[],
    signal: AbortSignal,
  ): Promise<DecisionRecord> {
    const { symbol, session, trigger, forceRetrain, searchTrials, featureSetHash } = question;
    const { registry, training, historyOf, checkpoints, decisions, onProgress } = this.dependencies;
    const identity = decisions.identityOf(inputs);
    // A champion that was trained on another feature set cannot read this one: it can neither serve nor be compared.
    const usable = champion?.featureSetHash === featureSetHash ? champion : undefined;
    const startedAt = this.dependencies.clock();
    const made = await challenge({
      symbol,
      history: await historyOf(question),
      champion: usable && (await loadForecaster(await registry.load(usable.artifact))),
      training: checkpoints ? resumable(training, checkpoints.of(identity)) : training,
      searchTrials: forceRetrain && trigger === 'features-computed' ? (searchTrials ?? 0) : 0,
      signal,
      onProgress: (progress) => onProgress?.({ symbol, session, ...progress }),
    });
    const { evaluation, verdict } = made;
    const all = [...reasons, ...made.reasons, ...verdict.reasons];
    const metrics = metricsOf(evaluation?.scores.find(({ forecaster }) => forecaster === 'challenger'));
    const circumstances = this.circumstancesSince(startedAt);
    for (const run of trainingRuns({ identity, question, reasons: all, metrics, made, circumstances })) {
      await registry.log(run);
    }
    const registered = await this.registerChallenger(question, identity, { reasons: all, metrics, made });
    const baseline =
      verdict.decision === 'baseline' && (champion || evaluation)
        ? await this.registerBaseline(question, identity, made)
        : undefined;
    const served = { promoted: registered, rejected: usable, kept: usable, baseline }[verdict.decision];
    return {
      inputs,
      decision: verdict.decision,
      reasons: all,
      ...serves(served),
      ...(served && served !== usable ? { appoints: true } : {}),
      ...(registered ? { challenger: versionOf(registered) } : {}),
      ...(verdict.checks.length > 0 ? { checks: verdict.checks } : {}),
      ...(evaluation ? { scores: evaluation } : {}),
    };
  }

  private async registerChallenger(
    question: ModelQuestion,
    decision: string,
    {
      reasons,
      metrics,
      made,
    }: {
      readonly reasons: readonly DecisionReason[];
      readonly metrics: Readonly<Record<string, number>>;
      readonly made: Challenge;
    },
  ): Promise<RegisteredModel | undefined> {
    const { challenger } = made;
    if (!challenger) return undefined;
    const card = modelCard({ question, reasons, made, challenger });
    const report = judgementReport({ question, reasons, made });
    return this.register(question, {
      decision,
      run: decision,
      kind: 'model',
      forecaster: challenger.name,
      files: {
        ...challenger.files,
        'model-card.md': Buffer.from(card),
        ...(report === undefined ? {} : { 'judgement.html': Buffer.from(report) }),
      },
      featureSetHash: question.featureSetHash,
      metrics,
      parameters: parametersOf(challenger),
    });
  }

  private registerBaseline(
    question: ModelQuestion,
    run: string,
    { baselines, verdict, evaluation, trainedUntil }: Challenge,
  ): Promise<RegisteredModel> {
    const name: BaselineName = verdict.bestBaseline;
    const baseline = baselines.find((one) => one.name === name);
    if (!baseline) throw new Error(`the baseline ${name} was judged best and never fitted`);
    const scores = [evaluation?.baseline, ...(evaluation?.scores ?? [])].find((one) => one?.forecaster === name);
    return this.register(question, {
      decision: `${run}-baseline`,
      run,
      kind: 'baseline',
      forecaster: name,
      files: baseline.files,
      featureSetHash: question.featureSetHash,
      metrics: metricsOf(scores),
      parameters: trainedUntil === undefined ? {} : { trainedUntil },
    });
  }

  private circumstancesSince(startedAt: Date): Circumstances {
    const { clock, code } = this.dependencies;
    return {
      startedAt: startedAt.toISOString(),
      seconds: (clock().getTime() - startedAt.getTime()) / 1000,
      code,
      environment: `Node ${process.versions.node} on ${process.platform} ${process.arch}`,
    };
  }

  private register(
    { symbol, session, trigger, bars, features }: ModelQuestion,
    { parameters, ...version }: Omit<NewModel, 'name' | 'moment' | 'lineage'> & Pick<NewModel['lineage'], 'parameters'>,
  ): Promise<RegisteredModel> {
    const { registry, training } = this.dependencies;
    return registry.register({
      name: symbol,
      moment: { session, trigger },
      ...version,
      lineage: { bars, features, seed: training.seed, parameters },
    });
  }
}

/** Trainings each of whose fits goes on where it stood. */
function resumable(training: TrainingSettings, checkpoints: Checkpoints): TrainingSettings {
  return { ...training, fit: (task, observer) => training.fit(task, { ...observer, checkpoints }) };
}

function serves(version: RegisteredModel | undefined): { model?: ModelVersion } {
  return version ? { model: versionOf(version) } : {};
}

function versionOf({ name, version, artifact }: RegisteredModel): ModelVersion {
  return { name, version, artifact };
}

/** The alarms of a kind; undefined where there is none. */
function inWords(
  columns: readonly ColumnDrift[] | undefined,
  isMeant: (column: ColumnDrift) => boolean,
): string | undefined {
  const meant = columns?.filter(isMeant) ?? [];
  if (meant.length === 0) return undefined;
  return meant
    .map(({ column, test, score, threshold }) => `${column}: ${test} ${score.toFixed(3)} above ${threshold.toFixed(3)}`)
    .join('; ');
}

function parametersOf({ network }: FittedForecaster): Parameters {
  const training = network?.preprocessing.training;
  return training ? { ...training.options, trainedUntil: training.to } : {};
}

/** The scores by which versions are told apart in a list. */
function metricsOf(scores: Scores | undefined): Record<string, number> {
  if (!scores) return {};
  const { crps, skillOverBaseline, skillOverNaive, rmseToNaive, maeToNaive, coverage90 } = scores;
  return { crps, skillOverBaseline, skillOverNaive, rmseToNaive, maeToNaive, coverage90 };
}
