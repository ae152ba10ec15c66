import { type FitTask } from './fit/fit';
import { type NetworkShape, type NetworkWeights } from './network';
import { type LstmOptions } from './options';
import { type TrainingSet } from './training-set';

/** The sizes of a network that reads so many features. */
export function shapeOf(features: number, { units, lookback, dropout, head }: LstmOptions): NetworkShape {
  return { features, units, lookback, dropout, head };
}

/** What is to be fitted. start: where to start, instead of at weights drawn from the seed. */
export function fitTask(set: TrainingSet, options: LstmOptions, seed: number, start?: NetworkWeights): FitTask {
  const { learningRate, gradientNorm, batchSize, stride, epochs, patience } = options;
  const { inputs, training, validation } = set;
  return {
    ...shapeOf(set.scaling.length, options),
    learningRate,
    gradientNorm,
    batchSize,
    stride,
    epochs,
    patience,
    seed,
    inputs,
    training,
    validation,
    ...(start ? { start } : {}),
  };
}
