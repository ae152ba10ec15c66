import { type NetworkShape, type NetworkWeights } from './network';

/** Names of the engines; what configuration says and model files tell. */
export const ENGINE_NAMES = ['tensorflow', 'wasm', 'layers'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Windows with what the network should say at their steps. Arrays are time-major: step, then window. */
export interface Batch {
  /** Windows. */
  readonly size: number;
  /** float32[lookback × size × features] */
  readonly inputs: Float32Array;
  /** float32[lookback × size × the head's targets], NaN where there is none. */
  readonly targets: Float32Array;
  /** What each output of the LSTM is multiplied by, 0 or 1 ÷ (1 − dropout): float32[lookback × size × units]; absent: 1. */
  readonly mask?: Float32Array;
}

/** Loss of a batch, summed, and the targets that it was summed over. */
export interface BatchLoss {
  readonly loss: number;
  readonly count: number;
}

/** How weights are moved. Source: Kingma and Ba 2014 as Keras computes it, decays 0.9 and 0.999, ε 1e-7 beside √v. */
export interface Adam {
  readonly learningRate: number;
  /** Gradients are scaled down to this norm, taken over all weights together; absent: never. Source: Pascanu et al. 2013. */
  readonly gradientNorm?: number;
}

/** Decays of Adam's first and second moments, and what keeps its quotient finite. */
export const ADAM_DECAYS = [0.9, 0.999] as const;
export const ADAM_EPSILON = 1e-7;

/** What Adam remembers of the steps so far. */
export interface AdamMoments {
  /** First and second moments of each weight's gradients. */
  readonly means: NetworkWeights;
  readonly squares: NetworkWeights;
  /** Steps that moved the weights. */
  readonly steps: number;
}

/** A network in training. It holds memory outside of the JavaScript heap until it is disposed of. */
export interface LstmTrainer {
  /** Moves the weights one step of Adam down the mean loss of the batch's targets. A batch without targets moves nothing. */
  step(batch: Batch): BatchLoss;
  /** Loss of a batch under the present weights. */
  loss(batch: Batch): BatchLoss;
  /** Gradients of the batch's mean loss by each weight, neither clipped nor applied. */
  gradients(batch: Batch): NetworkWeights;
  /** A copy of the present weights. */
  weights(): NetworkWeights;
  /** A copy of what Adam remembers; with the weights, all that the next step depends on. */
  moments(): AdamMoments;
  dispose(): void;
}

/** A trained network. It holds memory outside of the JavaScript heap until it is disposed of. */
export interface LstmForecaster {
  /**
   * What the head says at the last step of each window. inputs, time-major: float32[lookback × size × features] →
   * float32[size × the head's outputs]
   */
  outputs(inputs: Float32Array, size: number): Float32Array;
  dispose(): void;
}

/**
 * A way to compute the network. All give the same numbers up to rounding; the same engine on the same machine gives the same
 * bytes.
 */
export interface LstmEngine {
  readonly name: EngineName;
  /** Name and what decides its rounding, such as the version of TensorFlow; goes into model files. */
  readonly description: string;
  /**
   * weights: where training starts; copied, as are moments: those of the steps before. A trainer that is given another's weights and
   * moments goes on as that one would, to the bit.
   */
  trainer(shape: NetworkShape, weights: NetworkWeights, adam: Adam, moments?: AdamMoments): LstmTrainer;
  forecaster(shape: NetworkShape, weights: NetworkWeights): LstmForecaster;
}
