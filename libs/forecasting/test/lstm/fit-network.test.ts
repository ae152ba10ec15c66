import { memory } from '@tensorflow/tfjs-core';
import { type EpochReport, type FitTask } from '../../src/lstm/fit';
import { fitNetwork } from '../../src/lstm/fit-network';
import { useServingBackend } from '../../src/lstm/serving-backend';
import { RandomSource } from '../../src/random';

const HORIZONS = 10;

/** Targets that one feature gives away at every step; the other is noise. */
function task(changes: Partial<FitTask> = {}): FitTask {
  const random = new RandomSource(4);
  const rows = 400;
  const inputs = Float32Array.from({ length: 2 * rows }, () => random.normal());
  const targets = (from: number, to: number): Float32Array =>
    Float32Array.from({ length: rows * HORIZONS }, (_, index) => {
      const row = Math.floor(index / HORIZONS);
      return row >= from && row < to ? (inputs[2 * row] ?? NaN) : NaN;
    });
  const lastRows = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, index) => from + index);
  return {
    features: 2,
    units: 8,
    lookback: 4,
    dropout: 0.1,
    learningRate: 0.02,
    gradientNorm: 1,
    batchSize: 16,
    stride: 4,
    epochs: 6,
    patience: 6,
    seed: 3,
    inputs,
    training: { lastRows: lastRows(3, 300), targets: targets(0, 300) },
    validation: { lastRows: lastRows(320, 400), targets: targets(320, 400) },
    ...changes,
  };
}

describe('fitting a network', () => {
  beforeAll(useServingBackend);

  it('learns what a feature gives away, keeps the best epoch and reports each', async () => {
    const reports: EpochReport[] = [];
    const fitted = await fitNetwork(task({ learningRate: 0.05, epochs: 20, patience: 20 }), {
      onEpoch: (report) => reports.push(report),
    });
    const losses = reports.map(({ validationLoss }) => validationLoss);
    expect(reports.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(fitted.validationLoss).toBe(Math.min(...losses));
    expect(fitted.bestEpoch).toBe(losses.indexOf(fitted.validationLoss) + 1);
    expect(fitted.validationLoss).toBeLessThan(0.6 * (losses[0] ?? NaN));
  });

  it('gives the same bytes for the same seed and others for another', async () => {
    const weights = async (seed: number): Promise<Buffer> => {
      const fitted = await fitNetwork(task({ seed, epochs: 2 }), {});
      return Buffer.concat(fitted.weights.map((weight) => Buffer.from(weight.buffer)));
    };
    const first = await weights(3);
    expect((await weights(3)).equals(first)).toBe(true);
    expect((await weights(5)).equals(first)).toBe(false);
  });

  it('stops when the validation loss has not improved for as long as its patience, with the best weights', async () => {
    // What widens the training targets narrows the validation targets: what is learned soon makes it worse.
    const { inputs, training, validation } = task();
    const random = new RandomSource(6);
    const spread = (targets: Float32Array, sign: number): Float32Array =>
      targets.map((target, index) =>
        Number.isNaN(target)
          ? NaN
          : Math.exp(sign * (inputs[2 * Math.floor(index / HORIZONS)] ?? NaN)) * random.normal(),
      );
    const contradicting = task({
      training: { ...training, targets: spread(training.targets, 1) },
      validation: { ...validation, targets: spread(validation.targets, -1) },
      epochs: 50,
      patience: 2,
    });
    const fitted = await fitNetwork(contradicting, {});
    const cutShort = await fitNetwork({ ...contradicting, epochs: fitted.bestEpoch }, {});
    expect(fitted.epochs).toBe(fitted.bestEpoch + 2);
    expect(fitted.epochs).toBeLessThan(10);
    expect(fitted.weights).toEqual(cutShort.weights);
    expect(fitted.weights).not.toEqual((await fitNetwork({ ...contradicting, epochs: 0 }, {})).weights);
  });

  it('leaves no tensor behind', async () => {
    await fitNetwork(task({ epochs: 1 }), {});
    const before = memory().numTensors;
    await fitNetwork(task({ epochs: 2 }), {});
    expect(memory().numTensors).toBe(before);
  });

  it('ends with the reason of an abort, and frees its tensors', async () => {
    const before = memory().numTensors;
    const controller = new AbortController();
    const fit = fitNetwork(task({ epochs: 1000, patience: 1000 }), {
      signal: controller.signal,
      onEpoch: () => controller.abort(new Error('draining')),
    });
    await expect(fit).rejects.toThrow('draining');
    expect(memory().numTensors).toBe(before);
  });
});
