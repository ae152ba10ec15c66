import { createHash } from 'node:crypto';
import { kerasFile, onnxFile } from '@closing-bell/forecasting';
import { headOf } from '../../../forecasting/src/lstm/heads/head-of';
import { layersModelFiles } from '../../../forecasting/src/lstm/layers-model-file';
import { type NetworkShape } from '../../../forecasting/src/lstm/network';
import { randomWeights } from '../../../forecasting/test/lstm/export/random-weights';
import { type Run } from '../../src/mlflow/entities';
import { type MlflowLedger } from '../../src/mlflow/mlflow-ledger';
import { mlflowModelFiles, type NetworkFiles } from '../../src/mlflow/model-files';

const SYMBOL = '^GSPC';
const MINUTE_MS = 60_000;
const SHAPE: NetworkShape = { features: 3, units: 5, lookback: 10, dropout: 0.2, head: 'student-t' };

/** A training as the trainer tells it: its scores on the judged origins, and those of champion and HAR. */
interface Training {
  readonly session: string;
  readonly trigger: 'features-computed' | 'drift-detected';
  readonly decision: 'promoted' | 'rejected' | 'baseline';
  readonly reason: string;
  readonly epochs: number;
  readonly scores: {
    readonly crps: number;
    readonly skillOverBaseline: number;
    readonly coverage90: number;
    readonly maeToNaive: number;
    readonly 'har-fhs.crps': number;
    readonly 'champion.crps'?: number;
  };
  /** Trials of a search before it. */
  readonly trials?: number;
}

const TRAININGS: readonly Training[] = [
  {
    session: '2019-06-03',
    trigger: 'features-computed',
    decision: 'baseline',
    reason: '`loses-to-baseline` The challenger does not beat the baseline: one-sided p 0.081 over 252 origins.',
    epochs: 19,
    scores: { crps: 0.00941, skillOverBaseline: 0.021, coverage90: 0.893, maeToNaive: 0.984, 'har-fhs.crps': 0.00938 },
  },
  {
    session: '2019-09-03',
    trigger: 'features-computed',
    decision: 'promoted',
    reason: '`unopposed` There is no champion to compare it with.',
    epochs: 25,
    scores: { crps: 0.00968, skillOverBaseline: 0.044, coverage90: 0.897, maeToNaive: 0.962, 'har-fhs.crps': 0.00967 },
    trials: 4,
  },
  {
    session: '2019-12-02',
    trigger: 'features-computed',
    decision: 'promoted',
    reason:
      '`not-worse-than-champion` The challenger is not worse: CRPS 0.009557 against the champion’s 0.009561 over 252 origins.',
    epochs: 22,
    scores: {
      crps: 0.009557,
      skillOverBaseline: 0.045,
      coverage90: 0.909,
      maeToNaive: 0.957,
      'har-fhs.crps': 0.00954,
      'champion.crps': 0.009561,
    },
  },
  {
    session: '2020-03-16',
    trigger: 'drift-detected',
    decision: 'rejected',
    reason:
      '`worse-than-champion` The challenger is worse: CRPS 0.01109 against the champion’s 0.01105 over 252 origins.',
    epochs: 25,
    scores: {
      crps: 0.01109,
      skillOverBaseline: 0.041,
      coverage90: 0.892,
      maeToNaive: 0.951,
      'har-fhs.crps': 0.01105,
      'champion.crps': 0.01105,
    },
  },
];

/**
 * Fills MLflow with trainings of the S&P 500 index as the services log them: runs with parameters, losses by epoch, scores, datasets and
 * trials, and a registered model whose latest promoted version is the champion and whose newest, rejected one the challenger.
 * now: end of the latest, in milliseconds since 1970.
 */
export async function seedTrainings(ledger: MlflowLedger, now: number): Promise<void> {
  const experiment = await ledger.ensureExperiment('closing-bell');
  await ledger.ensureRegisteredName(SYMBOL, {
    description: `Models of Closing Bell that forecast ${SYMBOL}. \`champion\` serves, or \`baseline\` where no model is fit to; \`challenger\` is the newest model where that does not serve.`,
  });
  for (const [index, training] of TRAININGS.entries()) {
    const startTime = now - (TRAININGS.length - index) * 3 * MINUTE_MS;
    const version = await seedTraining(ledger, experiment, training, startTime);
    if (training.decision !== 'baseline') {
      await ledger.setAlias(SYMBOL, training.decision === 'promoted' ? 'champion' : 'challenger', version);
    }
  }
}

async function seedTraining(
  ledger: MlflowLedger,
  experiment: string,
  training: Training,
  startTime: number,
): Promise<number> {
  const { session, trigger, decision, reason, epochs, scores, trials = 0 } = training;
  const identity = sha256(`training ${session}`);
  const run = await ledger.ensureRun(experiment, {
    identity,
    name: titleOf(training),
    startTime,
    tags: {
      'closing-bell.name': SYMBOL,
      'closing-bell.kind': 'training',
      'closing-bell.session': session,
      'closing-bell.trigger': trigger,
      'closing-bell.decision': decision,
      'mlflow.source.name': 'Closing Bell',
      'mlflow.note.content': `**${decision}**\n\n- ${reason}`,
    },
  });
  await ledger.logParameters(run.id, {
    units: '200',
    lookback: '10',
    dropout: '0.2',
    learningRate: '0.0005',
    batchSize: '64',
    head: 'student-t',
    seed: '1',
    engine: 'tensorflow',
    trainedUntil: session,
    epochsRun: String(epochs),
  });
  await ledger.logDatasets(
    run.id,
    ['bars', 'features'].map((name) => ({
      name,
      uri: `file:///objects/${name}/${session}.json`,
      sha256: sha256(`${name} ${session}`),
      context: 'training',
    })),
  );
  const model = await ledger.ensureLoggedModel(
    run,
    { identity, name: 'blend', type: 'model', tags: { 'closing-bell.name': SYMBOL } },
    (logged) => mlflowModelFiles(logged, networkFiles(), SIGNATURE),
  );
  await ledger.logSeries(run.id, { ...losses(epochs, startTime), ...results(training, startTime) }, model.id);
  for (let trial = 1; trial <= trials; trial++) await seedTrial(ledger, run, trial, startTime);
  await ledger.finishRun(run.id, 'FINISHED', startTime + MINUTE_MS);
  const { version } = await ledger.ensureVersion(SYMBOL, {
    identity,
    runId: run.id,
    modelId: model.id,
    description: `\`blend\`, a model of session ${session} (${trigger}), ${decision}. CRPS ${scores.crps}.`,
    tags: { 'closing-bell.session': session, 'closing-bell.kind': 'model', 'closing-bell.forecaster': 'blend' },
  });
  return version;
}

function titleOf({ session, trigger }: Training): string {
  return `${SYMBOL} ${session}${trigger === 'features-computed' ? '' : ` ${trigger}`}`;
}

async function seedTrial(ledger: MlflowLedger, parent: Run, trial: number, startTime: number): Promise<void> {
  const run = await ledger.ensureRun(parent.experimentId, {
    identity: sha256(`${parent.id} trial ${trial}`),
    name: `${parent.name} rung-1-combination-${trial}`,
    startTime: startTime + trial,
    parent: parent.id,
    tags: { 'closing-bell.name': SYMBOL, 'closing-bell.kind': 'trial', 'mlflow.source.name': 'Closing Bell' },
  });
  await ledger.logParameters(run.id, { units: String(50 * trial), lookback: '10', dropout: '0.2', seed: '1' });
  await ledger.logSeries(run.id, losses(4, startTime));
  await ledger.finishRun(run.id, 'FINISHED', startTime + 10_000);
}

/** Losses that fall as those of a training do. */
function losses(epochs: number, startTime: number) {
  const falling = (from: number, to: number) =>
    Array.from({ length: epochs }, (_, index) => ({
      step: index + 1,
      value: to + (from - to) * Math.exp(-index / 8),
      timestamp: startTime + index * 1000,
    }));
  return { trainingLoss: falling(1.398, 1.33), validationLoss: falling(1.452, 1.401) };
}

/** What a training came to, as points of step 0. */
function results({ scores }: Training, timestamp: number) {
  const values = {
    ...scores,
    'rolling-quantile-250.crps': scores.crps / (1 - scores.skillOverBaseline),
    'naive.crps': scores.crps * 1.4,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [{ step: 0, value, timestamp }]]));
}

const SIGNATURE = {
  inputs: [SHAPE.lookback, SHAPE.features],
  outputs: [SHAPE.lookback, headOf(SHAPE.head).outputs],
};

function networkFiles(): NetworkFiles {
  const weights = randomWeights(SHAPE, 1);
  return {
    ...layersModelFiles(SHAPE, weights),
    'model.keras': kerasFile(SHAPE, weights),
    'model.onnx': onnxFile(SHAPE, weights),
    'preprocessing.json': Buffer.from('{}'),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
