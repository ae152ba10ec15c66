import { PermanentError } from '@closing-bell/contracts';
import { littleEndian } from './export/little-endian';
import { type HeadName } from './heads/head';
import { headOf } from './heads/head-of';
import { HEAD_DEVIATION, NETWORK_NAME, type NetworkShape, type NetworkWeights, weightShapes } from './network';

/** Files of a model by name. */
export type ModelFiles = Readonly<Record<string, Buffer>>;

const WEIGHT_NAMES = ['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias', 'head/kernel', 'head/bias'];
const FLOAT_BYTES = 4;

/** The network as the files of a tfjs-layers model, as `LayersModel.save` of TensorFlow.js 4.22 writes them, byte for byte. */
export function layersModelFiles(
  shape: NetworkShape,
  weights: NetworkWeights,
): { 'model.json': Buffer; 'weights.bin': Buffer } {
  const model = {
    format: 'layers-model',
    generatedBy: 'Closing Bell',
    convertedBy: null,
    modelTopology: { ...topology(shape), keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' },
    weightsManifest: weightsManifest(shape),
  };
  return {
    'model.json': Buffer.from(`${JSON.stringify(model, null, 2)}\n`),
    'weights.bin': Buffer.concat(weights.map(littleEndian)),
  };
}

/**
 * Reads what {@link layersModelFiles} wrote. head: what the model's preprocessing says that the outputs mean. Throws
 * PermanentError `corrupt-model` with the file's name where the files are not whole or of a network of another kind.
 */
export function readLayersModel(files: ModelFiles, head: HeadName): { shape: NetworkShape; weights: NetworkWeights } {
  const model = parseModelFile<unknown>(files, 'model.json');
  const layer = (index: number): unknown => at(model, 'modelTopology', 'config', 'layers', index, 'config');
  const size = (name: string, value: unknown): number => {
    if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
    throw corruptModel('model.json', `its number of ${name} is ${said(value)}`);
  };
  const dropout = at(layer(1), 'rate');
  if (!isShare(dropout)) throw corruptModel('model.json', `its dropout is ${said(dropout)}, which is no share`);
  const shape = {
    features: size('features', at(layer(0), 'batch_input_shape', 2)),
    units: size('units', at(layer(0), 'units')),
    lookback: size('steps', at(layer(0), 'batch_input_shape', 1)),
    dropout,
    head,
  };
  const { class_name, config } = topology(shape);
  requireSame(at(model, 'modelTopology', 'class_name'), class_name, 'modelTopology.class_name');
  requireSame(at(model, 'modelTopology', 'config'), config, 'modelTopology.config');
  requireSame(at(model, 'weightsManifest'), weightsManifest(shape), 'weightsManifest');
  return { shape, weights: readWeights(modelFile(files, 'weights.bin'), shape) };
}

/** Content of a file. Throws PermanentError `corrupt-model` where it is not there. */
function modelFile(files: ModelFiles, name: string): Buffer {
  const content = files[name];
  if (content === undefined) throw corruptModel(name, 'it is not there');
  return content;
}

/** Content of a JSON file, as the T that its caller checks it to be. Throws PermanentError `corrupt-model` where it is not there or no JSON. */
export function parseModelFile<T>(files: ModelFiles, name: string): T {
  const text = modelFile(files, name).toString('utf8');
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw corruptModel(name, error instanceof Error ? error.message : String(error));
  }
}

/** Says of a model's file that it can never be used. why: goes on after a colon. */
export function corruptModel(name: string, why: string): PermanentError {
  return new PermanentError(`The model's file ${name} cannot be used: ${why}. Train the model again.`, {
    reason: 'corrupt-model',
    file: name,
  });
}

function readWeights(bytes: Buffer, shape: NetworkShape): NetworkWeights {
  const sizes = weightShapes(shape).map((sides) => sides.reduce((product, side) => product * side, 1));
  const expected = FLOAT_BYTES * sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== expected) {
    throw corruptModel('weights.bin', `it has ${bytes.length} bytes where the network's weights take ${expected}`);
  }
  let offset = 0;
  const weights = sizes.map((size) =>
    Float32Array.from({ length: size }, () => {
      const value = bytes.readFloatLE(offset);
      offset += FLOAT_BYTES;
      return value;
    }),
  );
  const broken = weights.findIndex((values) => !values.every(Number.isFinite));
  if (broken >= 0) throw corruptModel('weights.bin', `${WEIGHT_NAMES[broken]} has a value that is no finite number`);
  return weights as unknown as NetworkWeights;
}

function weightsManifest(shape: NetworkShape): readonly object[] {
  const weights = weightShapes(shape).map((sides, index) => ({
    name: WEIGHT_NAMES[index],
    shape: sides,
    dtype: 'float32',
  }));
  return [{ paths: ['weights.bin'], weights }];
}

/** The layers of buildNetwork with every setting of theirs, in the order in which tfjs-layers writes them. */
function topology({ features, units, lookback, dropout, head }: NetworkShape): { class_name: string; config: object } {
  const { outputs, activation } = headOf(head);
  const zeros = { class_name: 'Zeros', config: {} };
  const lstm = {
    name: 'lstm',
    trainable: true,
    batch_input_shape: [null, lookback, features],
    dtype: 'float32',
    units,
    activation: 'tanh',
    recurrent_activation: 'sigmoid',
    use_bias: true,
    kernel_initializer: {
      class_name: 'VarianceScaling',
      config: { scale: 1, mode: 'fan_avg', distribution: 'uniform', seed: null },
    },
    recurrent_initializer: { class_name: 'Orthogonal', config: { gain: 1, seed: null } },
    bias_initializer: zeros,
    unit_forget_bias: true,
    kernel_regularizer: null,
    recurrent_regularizer: null,
    bias_regularizer: null,
    activity_regularizer: null,
    kernel_constraint: null,
    recurrent_constraint: null,
    bias_constraint: null,
    dropout: 0,
    recurrent_dropout: 0,
    implementation: null,
    return_sequences: true,
    return_state: false,
    go_backwards: false,
    stateful: false,
    unroll: false,
  };
  const dense = {
    units: outputs,
    activation,
    use_bias: true,
    kernel_initializer: { class_name: 'RandomNormal', config: { mean: 0, stddev: HEAD_DEVIATION, seed: null } },
    bias_initializer: zeros,
    kernel_regularizer: null,
    bias_regularizer: null,
    activity_regularizer: null,
    kernel_constraint: null,
    bias_constraint: null,
    name: 'head',
    trainable: true,
  };
  const layers = [
    { class_name: 'LSTM', config: lstm },
    {
      class_name: 'Dropout',
      config: { rate: dropout, noise_shape: null, seed: null, name: 'dropout', trainable: true },
    },
    { class_name: 'Dense', config: dense },
  ];
  return { class_name: 'Sequential', config: { name: NETWORK_NAME, layers } };
}

/** Throws PermanentError `corrupt-model` with the first place in model.json that is not what it should be. */
function requireSame(actual: unknown, expected: unknown, place: string): void {
  if (isContainer(actual) && isContainer(expected) && Array.isArray(actual) === Array.isArray(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      requireSame(at(actual, key), at(expected, key), `${place}.${key}`);
    }
  } else if (actual !== expected)
    throw corruptModel('model.json', `${place} is ${said(actual)} where the network has ${said(expected)}`);
}

/** What stands at a path of a JSON value, undefined where there is nothing. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (isContainer(part) && Object.hasOwn(part, key) ? part[key] : undefined),
    value,
  );
}

function isContainer(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

/** A JSON value for a message, in one short line. */
function said(value: unknown): string {
  if (value === undefined) return 'not there';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isContainer(value) ? 'an object' : JSON.stringify(value).slice(0, 80);
}
