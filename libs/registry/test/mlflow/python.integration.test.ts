import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kerasFile, onnxFile } from '@closing-bell/forecasting';
import { type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { headOf } from '../../../forecasting/src/lstm/heads/head-of';
import { buildNetwork, setNetworkWeights } from '../../../forecasting/src/lstm/layers/layers-network';
import { usePlainBackend } from '../../../forecasting/src/lstm/layers/plain-backend';
import { layersModelFiles } from '../../../forecasting/src/lstm/layers-model-file';
import { type NetworkShape } from '../../../forecasting/src/lstm/network';
import { RandomSource } from '../../../forecasting/src/random';
import { randomWeights } from '../../../forecasting/test/lstm/export/random-weights';
import { mlflowModelFiles, PYTHON } from '../../src/mlflow/model-files';
import { describeOnMlflow, ledgerOn } from './real-mlflow';

const SHAPE: NetworkShape = { features: 3, units: 5, lookback: 4, dropout: 0.2, head: 'student-t' };
const SIDES = [7, SHAPE.lookback, SHAPE.features] as const;
const { outputs: OUTPUTS } = headOf(SHAPE.head);
const WEIGHTS = randomWeights(SHAPE, 1);
const NAME = 'lstm ^GSPC';
const SHA256 = 'ab'.repeat(32);
const LOSSES = [0.5, 0.25].map((value, step) => ({ step, value, timestamp: 1000 + step }));

const random = new RandomSource(2);
const INPUTS = Float32Array.from({ length: SIDES.reduce((product, side) => product * side, 1) }, () => random.normal());

/** What the network says by the layers that every engine is checked against. */
async function reference(): Promise<Float32Array> {
  await usePlainBackend();
  const network = buildNetwork(SHAPE);
  setNetworkWeights(network, WEIGHTS);
  const outputs = tidy(() => (network.predict(tensor3d(INPUTS, [...SIDES])) as Tensor).dataSync<'float32'>());
  network.dispose();
  return outputs;
}

describeOnMlflow('a champion that was registered, found and run by MLflow’s own client in Python', (mlflow) => {
  let folder: string;
  let found: Record<string, unknown>;
  let registered: { runId: string; modelId: string };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'registry-python-'));
    writeFileSync(join(folder, 'inputs'), INPUTS);
    writeFileSync(join(folder, 'sides.json'), JSON.stringify(SIDES));
    const ledger = ledgerOn(mlflow.url);
    const experiment = await ledger.ensureExperiment('python');
    const run = await ledger.ensureRun(experiment, { identity: 'run', name: 'training', startTime: 1000 });
    await ledger.logParameters(run.id, { units: '5' });
    await ledger.logDatasets(run.id, [{ name: 'bars', uri: 'file:///bars.json', sha256: SHA256, context: 'training' }]);
    const files = {
      ...layersModelFiles(SHAPE, WEIGHTS),
      'model.keras': kerasFile(SHAPE, WEIGHTS),
      'model.onnx': onnxFile(SHAPE, WEIGHTS),
      'preprocessing.json': Buffer.from('{}'),
    };
    const signature = { inputs: [SHAPE.lookback, SHAPE.features], outputs: [SHAPE.lookback, OUTPUTS] };
    const model = await ledger.ensureLoggedModel(run, { identity: 'model', name: 'lstm', type: 'lstm' }, (logged) =>
      mlflowModelFiles(logged, files, signature),
    );
    await ledger.logSeries(run.id, { loss: LOSSES }, model.id);
    await ledger.ensureRegisteredName(NAME, { description: '' });
    for (const identity of ['first', 'second']) {
      const version = { identity, runId: run.id, modelId: model.id, description: '' };
      await ledger.setAlias(NAME, 'champion', (await ledger.ensureVersion(NAME, version)).version);
    }
    await ledger.finishRun(run.id, 'FINISHED', 2000);
    registered = { runId: run.id, modelId: model.id };
    // Python's imports take most of the time, so that all goes through one process.
    const script = join(__dirname, 'open_champion.py');
    const { stdout } = await promisify(execFile)(mlflow.python, [script, mlflow.url, NAME, folder], { cwd: folder });
    found = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as typeof found;
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is the version that has the alias', () => {
    expect(found).toMatchObject({ version: 2, ...registered });
  });

  it('has its run, parameters, losses and datasets', () => {
    expect(found).toMatchObject({
      run: { status: 'FINISHED', params: { units: '5' }, losses: LOSSES.map(({ step, value }) => [step, value]) },
      dataset: { name: 'bars', uri: 'file:///bars.json', sha256: SHA256 },
    });
  });

  it('is listed among the models of its experiment, with its latest loss', () => {
    expect(found['model']).toEqual({ id: registered.modelId, status: 'READY', metrics: { loss: 0.25 } });
  });

  it('says what it reads and gives, for batches of any size, and is served by ONNX Runtime', () => {
    const tensor = (...sides: number[]): object => ({
      type: 'tensor',
      'tensor-spec': { dtype: 'float32', shape: [-1, ...sides] },
    });
    expect(found).toMatchObject({
      loader: 'mlflow.onnx',
      signature: {
        inputs: [tensor(SHAPE.lookback, SHAPE.features)],
        outputs: [tensor(SHAPE.lookback, OUTPUTS)],
      },
    });
  });

  it('says where its TensorFlow.js files are', () => {
    const weights = WEIGHTS.reduce((bytes, values) => bytes + values.byteLength, 0);
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

  it.each(['pyfunc', 'keras'])('says what it says here: by mlflow.%s', async (flavor) => {
    const outputs = new Float32Array(Uint8Array.from(readFileSync(join(folder, `${flavor}.outputs`))).buffer);
    const expected = await reference();
    expect(outputs).toHaveLength(expected.length);
    const difference = outputs.reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? NaN))), 0);
    expect(difference).toBeLessThan(1e-6);
  });
});
