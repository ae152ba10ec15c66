import { type EngineName } from '../engine';
import { type NetworkShape, type NetworkWeights } from '../network';

/** Windows and what the network should say at their steps. */
export interface Examples {
  /** Row of the last step of each window, ascending; the rows of a window are of one symbol. */
  readonly lastRows: Int32Array;
  /** What the head should say at each row, row-major: float32[rows × the head's targets]; NaN where there is none. */
  readonly targets: Float32Array;
}

/** All that fitting a network takes; plain data, so that it can go to another process. */
export interface FitTask extends NetworkShape {
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly batchSize: number;
  /** An epoch takes every `stride`-th window, in the order of `lastRows`. */
  readonly stride: number;
  readonly epochs: number;
  readonly patience: number;
  readonly seed: number;
  /** Scaled features, row-major: float32[rows × features]; the rows of one symbol after those of another. */
  readonly inputs: Float32Array;
  readonly training: Examples;
  readonly validation: Examples;
  /** Where to start; absent: at weights drawn from the seed. */
  readonly start?: NetworkWeights;
}

/** Mean losses of a target after an epoch (counted from 1). */
export interface EpochReport {
  readonly epoch: number;
  readonly trainingLoss: number;
  readonly validationLoss: number;
}

/** A fitted network. */
export interface FittedNetwork {
  readonly weights: NetworkWeights;
  readonly epochs: number;
  /** The epoch whose weights these are; 0: none was better than the ones it started from. */
  readonly bestEpoch: number;
  readonly validationLoss: number;
  /** The engine that computed it, with what decides its rounding. */
  readonly engine: string;
}

/** Whether an epoch was computed just now, or before the fit was cut short and is told again. */
export type EpochOrigin = 'computed' | 'remembered';

export interface FitObserver {
  /** Told of every epoch of the fit, in order, also of those that an earlier attempt computed. */
  readonly onEpoch?: ((report: EpochReport, origin: EpochOrigin) => void) | undefined;
  /** Ends the fit early; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Absent: a fit that is cut short starts anew. */
  readonly checkpoints?: Checkpoints | undefined;
}

/**
 * Where the states of fits are kept, so that one that was cut short goes on from there and ends with the same bytes. A fit is named by
 * its identity, a hash of all that it depends on, of 64 hexadecimal characters. Trouble is for whoever implements this to report: no
 * call rejects, for a training must not fail because its state cannot be kept.
 */
export interface Checkpoints {
  /** Milliseconds of computing between two states that are kept, at least; a fit that takes less keeps one only on an abort. */
  readonly everyMilliseconds: number;
  /** The state that was kept last; undefined where there is none. */
  load(fit: string): Promise<Uint8Array | undefined>;
  /** Keeps a state in place of the one before. */
  save(fit: string, state: Uint8Array): Promise<void>;
  /** Told that a fit goes on after so many epochs. */
  resumed(fit: string, epochs: number): void;
  /** Told that a state was there from which the fit cannot go on, and why; it starts anew. */
  ignored(fit: string, reason: string): void;
}

/** A way of computing a fit. The same task on the same engine and machine gives the same bytes. */
export type FitNetwork = (task: FitTask, observer: FitObserver) => Promise<FittedNetwork>;

/** Which engine to compute with. */
export interface EngineChoice {
  /** `auto`: the fastest that this machine has. */
  readonly engine: EngineName | 'auto';
  /** Folder of what was downloaded or built for this machine; TensorFlow is looked for in it. */
  readonly cache: string;
}
