/** Windows and what the network should say at their steps. */
export interface Examples {
  /** Row of the last step of each window, ascending. */
  readonly lastRows: Int32Array;
  /** Scaled return of each row and horizon, row-major: float32[rows × 10]; NaN where there is none to learn from. */
  readonly targets: Float32Array;
}

/** All that fitting a network takes; plain data, so that it can go to another process. */
export interface FitTask {
  readonly features: number;
  readonly units: number;
  readonly lookback: number;
  readonly dropout: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly batchSize: number;
  readonly stride: number;
  readonly epochs: number;
  readonly patience: number;
  readonly seed: number;
  /** Scaled features, row-major: float32[rows × features]. */
  readonly inputs: Float32Array;
  readonly training: Examples;
  readonly validation: Examples;
}

/** Mean negative log-likelihoods after an epoch (counted from 1). */
export interface EpochReport {
  readonly epoch: number;
  readonly trainingLoss: number;
  readonly validationLoss: number;
}

/** A fitted network: its weights in the order of the layers, as tfjs-layers gives them. */
export interface FittedNetwork {
  readonly weights: readonly Float32Array[];
  readonly epochs: number;
  /** The epoch whose weights these are; 0: none was better than the initial ones. */
  readonly bestEpoch: number;
  readonly validationLoss: number;
}

export interface FitObserver {
  readonly onEpoch?: ((report: EpochReport) => void) | undefined;
  /** Ends the fit early; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A way of computing a fit. The same task on the same machine gives the same bytes. */
export type FitNetwork = (task: FitTask, observer: FitObserver) => Promise<FittedNetwork>;
