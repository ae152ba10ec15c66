import { type Batch, type LstmEngine, type LstmTrainer } from '../../../src/lstm/engine';
import { type EpochReport, type FitNetwork, type FitTask } from '../../../src/lstm/fit/fit';
import { fitNetwork } from '../../../src/lstm/fit/fit-network';
import { openWasmEngine } from '../../../src/lstm/wasm/wasm-engine';
import { RememberedCheckpoints } from '../fixtures/remembered-checkpoints';
import { RandomSource } from '../../../src/random';

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
    head: 'student-t',
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
  let fit: FitNetwork;
  let engine: LstmEngine;

  beforeAll(async () => {
    engine = await openWasmEngine({ fusedMultiplyAdd: false });
    fit = fitNetwork(engine);
  });

  it('learns what a feature gives away, keeps the best epoch and reports each', async () => {
    const reports: EpochReport[] = [];
    const fitted = await fit(task({ learningRate: 0.05, epochs: 20, patience: 20 }), {
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
      const fitted = await fit(task({ seed, epochs: 2 }), {});
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
    const fitted = await fit(contradicting, {});
    const cutShort = await fit({ ...contradicting, epochs: fitted.bestEpoch }, {});
    expect(fitted.epochs).toBe(fitted.bestEpoch + 2);
    expect(fitted.epochs).toBeLessThan(10);
    expect(fitted.weights).toEqual(cutShort.weights);
    expect(fitted.weights).not.toEqual((await fit({ ...contradicting, epochs: 0 }, {})).weights);
  });

  it('disposes of its trainer when it is done, aborted or failed', async () => {
    let open = 0;
    const counting: LstmEngine = {
      ...engine,
      trainer: (...arguments_) => {
        const trainer: LstmTrainer = engine.trainer(...arguments_);
        open++;
        return {
          step: (batch) => trainer.step(batch),
          loss: (batch) => trainer.loss(batch),
          gradients: (batch) => trainer.gradients(batch),
          weights: () => trainer.weights(),
          moments: () => trainer.moments(),
          dispose: () => {
            open--;
            trainer.dispose();
          },
        };
      },
    };
    const observed = fitNetwork(counting);
    await observed(task({ epochs: 1 }), {});
    expect(open).toBe(0);
    const controller = new AbortController();
    const aborted = observed(task({ epochs: 1000, patience: 1000 }), {
      signal: controller.signal,
      onEpoch: () => controller.abort(new Error('draining')),
    });
    expect(open).toBe(1);
    await expect(aborted).rejects.toThrow('draining');
    expect(open).toBe(0);
  });

  it('starts at the weights it is given', async () => {
    const first = await fit(task({ epochs: 3 }), {});
    const again = await fit(task({ epochs: 0, start: first.weights }), {});
    expect(again.weights).toEqual(first.weights);
    expect(again.validationLoss).toBe(first.validationLoss);
  });

  it('takes the last windows of an epoch too, however few are left', async () => {
    const sizes: number[] = [];
    const watching: LstmEngine = {
      ...engine,
      trainer: (...arguments_) => {
        const trainer = engine.trainer(...arguments_);
        return Object.assign(Object.create(trainer) as LstmTrainer, {
          step: (batch: Batch) => {
            sizes.push(batch.size);
            return trainer.step(batch);
          },
        });
      },
    };
    await fitNetwork(watching)(task({ epochs: 1, stride: 1, batchSize: 64 }), {});
    expect(sizes).toEqual([64, 64, 64, 64, 41]);
  });

  describe('with checkpoints', () => {
    /** Time that passes by ten seconds an epoch. */
    const timed = (): { now: () => number; onEpoch: () => void } => {
      let time = 0;
      return { now: () => time, onEpoch: () => (time += 10_000) };
    };

    it.each([
      [25_000, 2],
      [30_000, 2],
      [60_000, 1],
      [60_001, 0],
    ])('keeps a state once in %i ms of training, and none of a shorter one: %i of 6 epochs', async (every, times) => {
      const { now, onEpoch } = timed();
      const checkpoints = new RememberedCheckpoints(every);
      await fitNetwork(engine, now)(task(), { checkpoints, onEpoch });
      expect(checkpoints.events).toEqual(Array<string>(times).fill('saved'));
    });

    it('keeps the last state of a fit that took its time, from which it need not be computed again', async () => {
      const { now, onEpoch } = timed();
      const checkpoints = new RememberedCheckpoints(40_000);
      const fitted = await fitNetwork(engine, now)(task(), { checkpoints, onEpoch });
      expect(checkpoints.events).toEqual(['saved', 'saved']);
      const epochs: string[] = [];
      const again = await fit(task(), { checkpoints, onEpoch: (_, origin) => epochs.push(origin) });
      expect(again).toEqual(fitted);
      expect(epochs).toEqual(Array<string>(6).fill('remembered'));
      expect(checkpoints.events.slice(2)).toEqual(['resumed after 6']);
    });

    it('starts anew where what was kept is damaged, of another engine or no checkpoint, and says so', async () => {
      const expected = await fit(task(), {});
      const checkpoints = new RememberedCheckpoints(0);
      await fit(task(), { checkpoints });
      const [[identity, state] = ['', Buffer.alloc(0)]] = checkpoints.states;
      const damaged = Uint8Array.from(state);
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      const other = new RememberedCheckpoints(0);
      const renamed: LstmEngine = { ...engine, description: 'another engine' };
      await fitNetwork(renamed)(task(), { checkpoints: other });
      const foreign = [...other.states.values()][0] ?? Buffer.alloc(0);
      const reasons: [Uint8Array, string][] = [
        [damaged, 'it is damaged'],
        [foreign, `it is of the engine another engine and not ${engine.description}`],
        [Buffer.from('nothing'), 'it is no checkpoint'],
      ];
      for (const [kept, reason] of reasons) {
        const faulty = new RememberedCheckpoints(0);
        faulty.states.set(identity, kept);
        expect(await fit(task(), { checkpoints: faulty })).toEqual(expected);
        expect(faulty.events[0]).toBe(`ignored: ${reason}`);
      }
    });

    it('keeps apart what differs in anything, such as the seed', async () => {
      const checkpoints = new RememberedCheckpoints(0);
      for (const seed of [3, 4]) await fit(task({ seed, epochs: 2 }), { checkpoints });
      expect(checkpoints.states.size).toBe(2);
      expect(checkpoints.events).not.toContain('resumed after 2');
    });
  });

  it('says which engine computed it', async () => {
    expect((await fit(task({ epochs: 0 }), {})).engine).toBe(engine.description);
  });
});
