import { PermanentError } from '@closing-bell/contracts';
import { type History } from '../history';
import { type DistributionHead, type LstmOptions } from './options';

/** How one feature is brought to mean 0 and deviation 1, from the training rows alone. */
export interface FeatureScaling {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
}

/** How a model came to be. */
interface TrainingSummary {
  /** First and last session that the model was trained on, validation included; nothing after `to` is in it. */
  readonly from: string;
  readonly to: string;
  /** Symbols whose windows it learned from; absent: one. */
  readonly symbols?: number;
  readonly trainingWindows: number;
  readonly validationWindows: number;
  readonly seed: number;
  readonly options: LstmOptions;
  /** Epochs run, and the one whose weights were kept (0: the initial ones). */
  readonly epochs: number;
  readonly bestEpoch: number;
  /** Mean negative log-likelihood of the scaled validation targets under the kept weights. */
  readonly validationLoss: number;
  /** The engine that computed it, with what decides its rounding; absent in models of release 0.1. */
  readonly engine?: string;
  /** Where training started: at weights drawn from the seed, or at another model's, which was trained until then. */
  readonly start?: 'seed' | { readonly trainedUntil: string };
}

/** What a model needs beside its network, the content of `preprocessing.json`. */
export interface Preprocessing {
  readonly format: 'closing-bell-lstm';
  readonly version: 1;
  /** In the order of the network's inputs. */
  readonly features: readonly FeatureScaling[];
  /** Scaled features are cut off at ± this. */
  readonly limit: number;
  readonly lookback: number;
  readonly horizons: number;
  /** Targets are log returns ÷ (σ √h), σ the EWMA volatility with this decay. */
  readonly target: { readonly scale: 'ewma-volatility'; readonly decay: number };
  /** Meaning of the network's outputs. */
  readonly head: DistributionHead;
  readonly training: TrainingSummary;
}

/** Columns of a history by name. Throws PermanentError `missing-feature` where one is not there. */
export function featureColumns({ features }: History, names: readonly string[]): Float64Array[] {
  return names.map((name) => {
    const column = features.columns[name];
    if (column === undefined) {
      throw new PermanentError(
        `The model reads the feature "${name}", which is not among those computed. Train a model on the present feature set.`,
        { reason: 'missing-feature', feature: name },
      );
    }
    return column;
  });
}

/** Rows of one symbol that scaling is fitted to. */
export interface ScalingRows {
  readonly columns: readonly Float64Array[];
  readonly rows: readonly number[];
}

/** Mean and deviation of each feature over the rows of all symbols. A feature that does not vary is only centred. */
export function fitScaling(names: readonly string[], symbols: readonly ScalingRows[]): FeatureScaling[] {
  const count = symbols.reduce((sum, { rows }) => sum + rows.length, 0);
  return names.map((name, feature) => {
    const meanOf = (value: (raw: number) => number): number => {
      let sum = 0;
      for (const { columns, rows } of symbols) {
        const column = columns[feature];
        for (const row of rows) sum += value(column?.[row] ?? NaN);
      }
      return sum / count;
    };
    const mean = meanOf((raw) => raw);
    const variance = meanOf((raw) => (raw - mean) ** 2);
    return { name, mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
  });
}

/** Scaled rows for the network, cut off at ± limit, row-major: float32[count × features]. NaN stays NaN. */
export function scaleRows(
  columns: readonly Float64Array[],
  scaling: readonly FeatureScaling[],
  limit: number,
  from: number,
  count: number,
): Float32Array {
  const rows = new Float32Array(count * columns.length);
  columns.forEach((column, feature) => {
    const { mean = 0, deviation = 1 } = scaling[feature] ?? {};
    for (let row = 0; row < count; row++) {
      const scaled = ((column[from + row] ?? NaN) - mean) / deviation;
      rows[row * columns.length + feature] = Math.max(-limit, Math.min(limit, scaled));
    }
  });
  return rows;
}
