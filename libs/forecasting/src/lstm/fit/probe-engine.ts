import { headOf } from '../heads/head-of';
import { type EngineChoice, type FitTask } from './fit';
import { FitPool } from './fit-pool';

/**
 * The engine that a training with this choice is computed by, as a model file would name it: found by fitting a network of
 * one unit in a training process. Rejects with TrainingProcessError where there is none.
 */
export async function probeEngine(choice: EngineChoice, execArgv: readonly string[] = []): Promise<string> {
  const pool = new FitPool({ processes: 1, choice, execArgv });
  try {
    return (await pool.fit(SMALLEST, {})).engine;
  } finally {
    pool.close();
  }
}

const EXAMPLES = { lastRows: Int32Array.of(0), targets: new Float32Array(headOf('mean').targets) };

const SMALLEST: FitTask = {
  features: 1,
  units: 1,
  lookback: 1,
  dropout: 0,
  head: 'mean',
  learningRate: 1e-3,
  gradientNorm: 1,
  batchSize: 1,
  stride: 1,
  epochs: 1,
  patience: 1,
  seed: 1,
  inputs: Float32Array.of(1),
  training: EXAMPLES,
  validation: EXAMPLES,
};
