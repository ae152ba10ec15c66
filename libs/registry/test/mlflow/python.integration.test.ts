import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exportNetwork } from '@closing-bell/forecasting';
import { Field } from '../../../forecasting/src/field';
import { type LstmModel } from '../../../forecasting/src/lstm/lstm-model';
import { openWasmEngine } from '../../../forecasting/src/lstm/wasm/wasm-engine';
import { RandomSource } from '../../../forecasting/src/random';
import { marketWithFeatures, smallSettings, watchedFit } from '../../../forecasting/test/backtest/fixtures/small-field';
import { type Run } from '../../src/model-registry';
import { MlflowModelRegistry } from '../../src/mlflow/mlflow-registry';
import { PYTHON } from '../../src/mlflow/model-files';
import { describeOnMlflow, ledgerOn } from './real-mlflow';

const NAME = '^GSPC';
const MOMENT = { session: '2020-03-24', trigger: 'features-computed' } as const;
const BARS = { uri: 'file:///bars.json', sha256: 'ab'.repeat(32) };
const FEATURES = { uri: 'file:///features.json', sha256: 'cd'.repeat(32) };
const LINEAGE = { bars: BARS, features: FEATURES, seed: 1, parameters: { units: 6, head: 'student-t' } };
const METRICS = { crps: 0.1 + 0.2, skillOverBaseline: -0.0123456789 };
const LOSSES = [0.5, 0.25];
const WINDOWS = 7;

const TRAINING: Run = {
  identity: 'a',
  name: NAME,
  kind: 'training',
  moment: MOMENT,
  parameters: { units: 6, head: 'student-t' },
  metrics: { ...METRICS, 'har-fhs.crps': 0.4 },
  series: { trainingLoss: LOSSES },
  notes: { decision: 'promoted', reasons: '- `no-champion` No model serves.' },
  datasets: { bars: BARS, features: FEATURES },
};
const TRIAL: Run = {
  ...TRAINING,
  identity: 'a-rung-0',
  parent: 'a',
  kind: 'trial',
  metrics: { loss: 0.3 },
  series: {},
};

/** float32[windows × lookback × features] as the engine reads it, steps first. */
function stepsFirst(inputs: Float32Array, { lookback, features }: LstmModel['shape']): Float32Array {
  return inputs.map((_, at) => {
    const step = Math.floor(at / (WINDOWS * features));
    const window = Math.floor(at / features) % WINDOWS;
    return inputs[(window * lookback + step) * features + (at % features)] ?? NaN;
  });
}

describeOnMlflow('a champion that was registered, found and run by MLflow’s own client in Python', (mlflow) => {
  let folder: string;
  let found: Record<string, unknown>;
  let network: LstmModel;
  let inputs: Float32Array;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'registry-python-'));
    const { fit } = await watchedFit();
    const blend = await new Field([marketWithFeatures(560, 1)], { ...smallSettings(fit), seed: 1 }).fitStorable(
      'blend',
    );
    if (!blend.network) throw new Error('a blend has a network');
    network = blend.network;
    const { lookback, features } = network.shape;
    const random = new RandomSource(2);
    inputs = Float32Array.from({ length: WINDOWS * lookback * features }, () => random.normal());
    writeFileSync(join(folder, 'inputs'), inputs);
    writeFileSync(join(folder, 'sides.json'), JSON.stringify([WINDOWS, lookback, features]));

    const registry = new MlflowModelRegistry(ledgerOn(mlflow.url), 'python', exportNetwork);
    for (const run of [TRAINING, TRIAL]) await registry.log(run);
    for (const decision of ['first', 'second']) {
      const { version } = await registry.register({
        name: NAME,
        decision,
        run: TRAINING.identity,
        moment: MOMENT,
        kind: 'model',
        forecaster: blend.name,
        files: { ...blend.files, 'model-card.md': Buffer.from('# A card') },
        featureSetHash: 'f'.repeat(64),
        metrics: METRICS,
        lineage: LINEAGE,
      });
      await registry.appoint(NAME, version, { ...MOMENT, session: `2020-03-2${4 + version}` });
    }
    // Python's imports take most of the time, so that all goes through one process.
    const script = join(__dirname, 'open_champion.py');
    const { stdout } = await promisify(execFile)(mlflow.python, [script, mlflow.url, NAME, folder], { cwd: folder });
    found = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as typeof found;
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is the version that was appointed last', () => {
    expect(found).toMatchObject({ version: 2, description: expect.stringContaining('| crps | 0.3 |') as string });
  });

  it('has its run, with parameters, scores, losses, reasons and the model’s card', () => {
    expect(found['run']).toMatchObject({
      status: 'FINISHED',
      name: '^GSPC 2020-03-24',
      params: { units: '6', head: 'student-t' },
      metrics: { crps: [METRICS.crps] },
      losses: LOSSES.map((loss, index) => [index + 1, loss]),
      note: '**promoted**\n\n- `no-champion` No model serves.',
      artifacts: expect.arrayContaining(['run.json', 'model-card.md']) as string[],
    });
  });

  it('has the trials of its search below its run', () => {
    expect(found['run']).toMatchObject({ trials: [['^GSPC 2020-03-24 rung-0', { loss: 0.3 }]] });
  });

  it('has what it was trained on, with whole hashes', () => {
    expect(found['datasets']).toEqual({ bars: BARS, features: FEATURES });
  });

  it('is listed among the models of its experiment, with each score once', () => {
    expect(found['model']).toMatchObject({ name: 'blend', status: 'READY' });
    const { metrics } = found['model'] as { metrics: [string, number][] };
    expect(metrics.sort()).toEqual(Object.entries(METRICS));
  });

  it('has our own files beside, with a manifest of their hashes and the lineage', () => {
    expect(found['own']).toEqual({
      whole: true,
      files: ['forecaster.json', 'model-card.md', 'model.json', 'preprocessing.json', 'weights.bin'],
      lineage: LINEAGE,
    });
  });

  it('says what it reads and gives, for batches of any size, and is served by ONNX Runtime', () => {
    const tensor = (...sides: number[]): object => ({
      type: 'tensor',
      'tensor-spec': { dtype: 'float32', shape: [-1, ...sides] },
    });
    const { lookback, features } = network.shape;
    expect(found).toMatchObject({
      loader: 'mlflow.onnx',
      signature: { inputs: [tensor(lookback, features)], outputs: [tensor(lookback, 30)] },
    });
  });

  it('says where its TensorFlow.js files are', () => {
    const weights = network.weights.reduce((bytes, values) => bytes + values.byteLength, 0);
    expect(found['tfjs']).toEqual({ weights, format: 'layers-model', preprocessing: true });
  });

  it('says what Python it takes', () => {
    const { python, mlflow: itself, numpy, onnx, onnxruntime } = PYTHON;
    expect(found['environment']).toEqual({
      conda: `python=${python}`,
      virtualenv: python,
      requirements: [`mlflow==${itself}`, `numpy==${numpy}`, `onnx==${onnx}`, `onnxruntime==${onnxruntime}`],
    });
  });

  it.each(['pyfunc', 'keras'])('says by mlflow.%s what our engine says of each window’s last step', async (flavor) => {
    const { shape, weights } = network;
    const engine = (await openWasmEngine({ fusedMultiplyAdd: false })).forecaster(shape, weights);
    const expected = engine.outputs(stepsFirst(inputs, shape), WINDOWS);
    const outputs = new Float32Array(Uint8Array.from(readFileSync(join(folder, `${flavor}.outputs`))).buffer);
    expect(outputs).toHaveLength(shape.lookback * expected.length);
    const width = expected.length / WINDOWS;
    const difference = expected.reduce((most, value, at) => {
      const window = Math.floor(at / width);
      const last = outputs[((window + 1) * shape.lookback - 1) * width + (at % width)] ?? NaN;
      return Math.max(most, Math.abs(value - last));
    }, 0);
    expect(difference).toBeLessThan(1e-6);
  });
});
