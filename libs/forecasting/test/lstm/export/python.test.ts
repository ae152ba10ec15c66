import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { kerasFile } from '../../../src/lstm/export/keras-file';
import { onnxFile } from '../../../src/lstm/export/onnx-file';
import { headOf } from '../../../src/lstm/heads/head-of';
import { usePlainBackend } from '../../../src/lstm/layers/plain-backend';
import { buildNetwork, setNetworkWeights } from '../../../src/lstm/layers/layers-network';
import { type NetworkShape } from '../../../src/lstm/network';
import { RandomSource } from '../../../src/random';
import { randomWeights } from './random-weights';

const ROOT = join(__dirname, '../../../../..');
const PYTHON = process.env['CLOSING_BELL_TEST_PYTHON'] ?? join(ROOT, '.cache/python/bin/python3');

const RECTIFIED: NetworkShape = { features: 15, units: 32, lookback: 10, dropout: 0.2, head: 'price' };
/** Name, network and number of windows. */
const CASES: readonly (readonly [string, NetworkShape, number])[] = [
  ['student-t', { features: 3, units: 5, lookback: 4, dropout: 0.2, head: 'student-t' }, 3],
  ['quantiles', { features: 16, units: 20, lookback: 10, dropout: 0.5, head: 'quantiles' }, 5],
  ['mean', { features: 1, units: 1, lookback: 1, dropout: 0, head: 'mean' }, 1],
  ['price', RECTIFIED, 33],
  ['serving', { features: 16, units: 200, lookback: 10, dropout: 0.2, head: 'student-t' }, 2],
];

/** What Keras and onnxruntime tell of a case. */
interface Found {
  readonly keras: {
    readonly layers: readonly string[];
    readonly initialHeadDeviation: number;
    readonly activation: string;
    readonly outputs: readonly (number | null)[];
  };
  readonly onnx: { readonly inputs: readonly (number | string)[]; readonly outputs: readonly (number | string)[] };
}

function inputsOf({ features, lookback }: NetworkShape, size: number): Float32Array {
  const random = new RandomSource(size);
  return Float32Array.from({ length: size * lookback * features }, () => random.normal());
}

/** What the head says at every step, by the layers that every engine is checked against: float32[size × lookback × outputs]. */
function reference(shape: NetworkShape, size: number): Float32Array {
  const network = buildNetwork(shape);
  setNetworkWeights(network, randomWeights(shape, size));
  const outputs = tidy(() => {
    const inputs = tensor3d(inputsOf(shape, size), [size, shape.lookback, shape.features]);
    return (network.predict(inputs) as Tensor).dataSync<'float32'>();
  });
  network.dispose();
  return outputs;
}

/** Largest difference, relative to the largest value where that is above 1. */
function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return actual.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? NaN))), 0) / largest;
}

const isThere = existsSync(PYTHON);
if (!isThere) {
  console.warn(
    `Skipped: exports are not opened in Keras and onnxruntime, for ${PYTHON} is not there. Run \`make python\`.`,
  );
}

(isThere ? describe : describe.skip)('an exported network, opened in Python', () => {
  let folder: string;
  let found: Readonly<Record<string, Found>>;

  beforeAll(async () => {
    await usePlainBackend();
    folder = mkdtempSync(join(tmpdir(), 'forecasting-exports-'));
    for (const [name, shape, size] of CASES) {
      const weights = randomWeights(shape, size);
      writeFileSync(join(folder, `${name}.keras`), kerasFile(shape, weights));
      writeFileSync(join(folder, `${name}.onnx`), onnxFile(shape, weights));
      writeFileSync(join(folder, `${name}.inputs`), inputsOf(shape, size));
    }
    const sides = CASES.map(([name, { lookback, features }, size]) => [name, [size, lookback, features]] as const);
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(Object.fromEntries(sides)));
    // Python's imports take most of the time, so that all cases go through one process.
    const { stdout } = await promisify(execFile)(PYTHON, [join(__dirname, 'open_exports.py'), folder]);
    found = JSON.parse(stdout) as typeof found;
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const outputsOf = (file: string): Float32Array =>
    new Float32Array(Uint8Array.from(readFileSync(join(folder, `${file}.outputs`))).buffer);

  it.each(CASES)('is the network that was trained: %s', (name, { lookback, features, head }) => {
    const { outputs, activation } = headOf(head);
    expect(found[name]).toEqual({
      keras: {
        layers: ['lstm', 'dropout', 'head'],
        initialHeadDeviation: 0.01,
        activation,
        outputs: [null, lookback, outputs],
      },
      onnx: { inputs: ['batch', lookback, features], outputs: ['batch', lookback, outputs] },
    });
  });

  it('is tried where its outputs are rectified and where they are not', () => {
    const outputs = reference(RECTIFIED, 33);
    expect(outputs).toContain(0);
    expect(outputs.some((output) => output > 0)).toBe(true);
  });

  it.each(CASES)('says in Keras what it says here, at every step: %s', (name, shape, size) => {
    expect(difference(outputsOf(`${name}.keras`), reference(shape, size))).toBeLessThan(1e-6);
  });

  it.each(CASES)('says in onnxruntime what it says here, at every step: %s', (name, shape, size) => {
    expect(difference(outputsOf(`${name}.onnx`), reference(shape, size))).toBeLessThan(1e-6);
  });
});
