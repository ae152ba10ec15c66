import { createHash } from 'node:crypto';
import { kerasFile, onnxFile } from '@closing-bell/forecasting';
import { headOf } from '../../../forecasting/src/lstm/heads/head-of';
import { layersModelFiles } from '../../../forecasting/src/lstm/layers-model-file';
import { type NetworkShape } from '../../../forecasting/src/lstm/network';
import { randomWeights } from '../../../forecasting/test/lstm/export/random-weights';
import { type ModelRegistry, openMlflowRegistry } from '../../src';

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
 * Fills MLflow with trainings of the S&P 500 index as the services tell it of them: runs with parameters, losses by epoch, scores,
 * datasets and trials, and a registered model whose latest promoted version is the champion and whose newest, rejected one the challenger.
 * now: end of the latest, in milliseconds since 1970.
 */
export async function seedTrainings(url: string, now: number): Promise<void> {
  const registry = openMlflowRegistry({
    url,
    experiment: 'closing-bell',
    exportNetwork: () => Promise.resolve(NETWORK),
  });
  for (const [index, training] of TRAININGS.entries()) {
    await seedTraining(registry, training, new Date(now - (TRAININGS.length - index) * 3 * MINUTE_MS));
  }
}

async function seedTraining(registry: ModelRegistry, training: Training, startedAt: Date): Promise<void> {
  const { session, trigger, decision, reason, epochs, scores, trials = 0 } = training;
  const moment = { session, trigger };
  const identity = sha256(`training ${session}`);
  const datasets = { bars: datasetOf('bars', session), features: datasetOf('features', session) };
  const about = { name: SYMBOL, moment, datasets };
  const options = { lookback: 10, dropout: 0.2, learningRate: 0.0005, batchSize: 64, head: 'student-t', seed: 1 };
  const circumstances = { code: '0.1.0', environment: 'Node 20 on linux x64', startedAt: startedAt.toISOString() };
  await registry.log({
    ...about,
    identity,
    kind: 'training',
    parameters: { units: 200, ...options, engine: 'tensorflow', trainedUntil: session, epochsRun: epochs },
    metrics: {
      ...scores,
      'rolling-quantile-250.crps': scores.crps / (1 - scores.skillOverBaseline),
      'naive.crps': scores.crps * 1.4,
    },
    series: losses(epochs),
    notes: { decision, reasons: `- ${reason}`, forecaster: 'blend' },
    circumstances: { ...circumstances, seconds: 60 },
  });
  for (let trial = 1; trial <= trials; trial++) {
    await registry.log({
      ...about,
      identity: `${identity}-rung-1-combination-${trial}`,
      parent: identity,
      kind: 'trial',
      parameters: { units: 50 * trial, ...options },
      metrics: { loss: 1.4 + 0.01 * trial },
      series: losses(4),
      notes: {},
      circumstances: { ...circumstances, seconds: 10 },
    });
  }
  const { crps, skillOverBaseline, coverage90, maeToNaive } = scores;
  const { version } = await registry.register({
    name: SYMBOL,
    decision: identity,
    run: identity,
    moment,
    kind: 'model',
    forecaster: 'blend',
    files: FILES,
    featureSetHash: sha256('features'),
    metrics: { crps, skillOverBaseline, coverage90, maeToNaive },
    lineage: { ...datasets, seed: 1, parameters: options },
  });
  if (decision === 'promoted') await registry.appoint(SYMBOL, version, moment);
}

function datasetOf(what: string, session: string) {
  return { uri: `file:///objects/${what}/${session}.json`, sha256: sha256(`${what} ${session}`) };
}

/** Losses that fall as those of a training do. */
function losses(epochs: number) {
  const falling = (from: number, to: number) =>
    Array.from({ length: epochs }, (_, index) => to + (from - to) * Math.exp(-index / 8));
  return { trainingLoss: falling(1.398, 1.33), validationLoss: falling(1.452, 1.401) };
}

const WEIGHTS = randomWeights(SHAPE, 1);
const FILES = {
  ...layersModelFiles(SHAPE, WEIGHTS),
  'preprocessing.json': Buffer.from('{}'),
  'model-card.md': Buffer.from('# A model card'),
};
const NETWORK = {
  onnx: onnxFile(SHAPE, WEIGHTS),
  keras: kerasFile(SHAPE, WEIGHTS),
  inputs: [SHAPE.lookback, SHAPE.features],
  outputs: [SHAPE.lookback, headOf(SHAPE.head).outputs],
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
