import { type RandomSource } from '../random';
import { type HeadName } from './heads/head';
import { headOf } from './heads/head-of';

/** Sizes of a network. */
export interface NetworkShape {
  readonly features: number;
  readonly units: number;
  readonly lookback: number;
  /** Share of the LSTM's outputs dropped in training, 0–1. */
  readonly dropout: number;
  readonly head: HeadName;
}

/**
 * Weights in the order of the layers, as tfjs-layers and Keras have them, row-major float32: kernel [features × 4 units],
 * recurrent kernel [units × 4 units], bias [4 units], head kernel [units × outputs], head bias [outputs]. Gates in the order
 * input, forget, cell, output.
 */
export type NetworkWeights = readonly [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];

/** Shapes of {@link NetworkWeights}. */
export function weightShapes({ features, units, head }: NetworkShape): readonly number[][] {
  const { outputs } = headOf(head);
  return [[features, 4 * units], [units, 4 * units], [4 * units], [units, outputs], [outputs]];
}

/** Deviation of the head's initial weights: near zero, so that training starts from one fixed distribution. */
export const HEAD_DEVIATION = 0.01;

/** The network's name in model files. */
export const NETWORK_NAME = 'closing_bell_lstm';

/**
 * Initial weights as Keras draws them: Glorot uniform kernel, orthogonal recurrence, forget bias 1. The head, near zero, starts
 * at outputs that do not depend on the features. headBias: float32[outputs].
 */
export function initialWeights(
  { features, units, head }: NetworkShape,
  headBias: Float32Array,
  random: RandomSource,
): NetworkWeights {
  const gates = 4 * units;
  const limit = Math.sqrt(6 / (features + gates));
  const kernel = Float32Array.from({ length: features * gates }, () => limit * (2 * random.uniform() - 1));
  const recurrence = orthonormalRows(units, gates, random);
  const bias = new Float32Array(gates).fill(1, units, 2 * units);
  const headKernel = Float32Array.from(
    { length: units * headOf(head).outputs },
    () => HEAD_DEVIATION * random.normal(),
  );
  return [kernel, recurrence, bias, headKernel, headBias];
}

/** Random matrix with orthonormal rows, row-major: Gram–Schmidt on normal rows. rows ≤ columns. Source: Saxe et al. 2013. */
function orthonormalRows(rows: number, columns: number, random: RandomSource): Float32Array {
  const matrix: Float64Array[] = [];
  for (let row = 0; row < rows; row++) {
    const vector = Float64Array.from({ length: columns }, () => random.normal());
    for (const earlier of matrix) {
      const projection = dot(vector, earlier);
      earlier.forEach((value, column) => (vector[column] = (vector[column] ?? 0) - projection * value));
    }
    const length = Math.sqrt(dot(vector, vector));
    matrix.push(vector.map((value) => value / length));
  }
  return Float32Array.from(matrix.flatMap((row) => Array.from(row)));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
