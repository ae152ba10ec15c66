import { setImmediate } from 'node:timers/promises';
import { type History } from '../../../src/history';
import { type FitNetwork, type FitTask } from '../../../src/lstm/fit/fit';
import { fitNetwork } from '../../../src/lstm/fit/fit-network';
import { studentTLoss } from '../../../src/lstm/heads/student-t';
import { type NetworkWeights, weightShapes } from '../../../src/lstm/network';
import { LSTM_DEFAULTS } from '../../../src/lstm/options';
import { type OptionSearch, searchOptions, type SearchTrial } from '../../../src/lstm/search/search-options';
import { SEARCH_SPACE } from '../../../src/lstm/search/search-space';
import { trainLstm } from '../../../src/lstm/train-lstm';
import { prepareTrainingSet } from '../../../src/lstm/training-set';
import { openWasmEngine } from '../../../src/lstm/wasm/wasm-engine';
import { noiseHistory } from '../../fixtures/histories';

const FEATURES = ['a', 'b'];
const OPTIONS = { stride: 3, sessions: 300, validationSessions: 60, minimumTrainingSessions: 100 };

/** Its first feature is missing for a session of the validation span: short windows are complete again sooner than long ones. */
function gappedHistory(): History {
  const history = noiseHistory(300, 1);
  const { columns } = history.features;
  const a = columns['a']?.map((value, index) => (index === 265 ? NaN : value)) ?? new Float64Array();
  return { ...history, features: { ...history.features, columns: { ...columns, a } } };
}

const SEARCH: OptionSearch = {
  histories: [gappedHistory()],
  featureNames: FEATURES,
  options: OPTIONS,
  trials: 7,
  seed: 3,
};

/** Weights of a network that says the same of every window, too widely: the wider, the worse. */
function constantWeights(task: FitTask, rawScale: number): NetworkWeights {
  const [kernel, recurrent, bias, headKernel, headBias] = weightShapes(task).map(
    (dimensions) => new Float32Array(dimensions.reduce((product, dimension) => product * dimension, 1)),
  ) as unknown as NetworkWeights;
  return [kernel, recurrent, bias, headKernel, headBias.fill(1 + rawScale, 10, 20)];
}

/** A fit that takes no time: how good it is, is told by its task; 0 is best. */
function fitOf(badness: (task: FitTask) => number, turns: (task: FitTask) => number = () => 0): FitNetwork {
  return async (task, { onEpoch }) => {
    for (let turn = turns(task); turn > 0; turn--) await setImmediate();
    onEpoch?.({ epoch: 1, trainingLoss: 1, validationLoss: 2 }, 'computed');
    return {
      weights: constantWeights(task, badness(task)),
      epochs: task.epochs,
      bestEpoch: task.epochs,
      validationLoss: NaN,
      engine: 'none',
    };
  };
}

const rung = (trials: readonly SearchTrial[], number: number): SearchTrial[] =>
  trials.filter((trial) => trial.rung === number);
const combinationsOf = (trials: readonly SearchTrial[]): number[] => trials.map(({ combination }) => combination);

describe('searching for options', () => {
  it('begins with the options given and draws the others from the space', async () => {
    const { trials } = await searchOptions(
      { ...SEARCH, trials: 30 },
      fitOf(() => 0),
    );
    const [given, ...drawn] = rung(trials, 1);
    expect(given).toMatchObject({ combination: 1, options: { ...LSTM_DEFAULTS, ...OPTIONS, epochs: 4 }, seed: 3 });
    expect(drawn).toHaveLength(29);
    const [least, largest] = SEARCH_SPACE.learningRate;
    for (const { options } of drawn) {
      expect(SEARCH_SPACE.units).toContain(options.units);
      expect(SEARCH_SPACE.lookback).toContain(options.lookback);
      expect(SEARCH_SPACE.dropout).toContain(options.dropout);
      expect(options.learningRate).toBeGreaterThanOrEqual(least);
      expect(options.learningRate).toBeLessThanOrEqual(largest);
      expect(options).toMatchObject({ ...OPTIONS, head: LSTM_DEFAULTS.head, batchSize: LSTM_DEFAULTS.batchSize });
    }
    expect(new Set(drawn.map(({ options }) => options.learningRate)).size).toBeGreaterThan(15);
    expect(new Set(drawn.map(({ options }) => options.units)).size).toBe(SEARCH_SPACE.units.length);
  });

  it('doubles the epochs and keeps the better half until one is left', async () => {
    const badness = ({ learningRate }: { learningRate: number }): number => Math.abs(Math.log(learningRate / 3.3e-4));
    const { trials, best } = await searchOptions({ ...SEARCH, trials: 9 }, fitOf(badness));
    const ranking = combinationsOf(rung(trials, 1).toSorted((a, b) => badness(a.options) - badness(b.options)));
    const sorted = (count: number): number[] => ranking.slice(0, count).toSorted((a, b) => a - b);
    expect([1, 2, 3, 4].map((number) => combinationsOf(rung(trials, number)))).toEqual([
      sorted(9),
      sorted(5),
      sorted(3),
      sorted(2),
    ]);
    expect([1, 2, 3, 4].map((number) => rung(trials, number)[0]?.options.epochs)).toEqual([4, 8, 16, 25]);
    const winner = trials.find(({ combination }) => combination === ranking[0]);
    expect(best).toEqual({ ...winner?.options, epochs: 25 });
  });

  it('judges by the last rung, whatever a combination did on the ones before', async () => {
    const { trials } = await searchOptions(
      { ...SEARCH, trials: 2, options: { ...OPTIONS, epochs: 8 } },
      fitOf(() => 0),
    );
    const other = trials[1]?.options ?? LSTM_DEFAULTS;
    const search = { ...SEARCH, trials: 4, options: { ...OPTIONS, epochs: 8 } };
    const isOther = ({ learningRate }: FitTask): boolean => learningRate === other.learningRate;
    const slow = fitOf((task) =>
      isOther(task) ? (task.epochs === 8 ? 0 : 0.5) : task.learningRate === 5e-4 ? 0.4 : 1,
    );
    const result = await searchOptions(search, slow);
    expect(combinationsOf(rung(result.trials, 2))).toEqual([1, 2]);
    expect(result.best).toEqual({ ...other, epochs: 8 });
  });

  it('judges every lookback by the same targets, and of equals prefers the options given', async () => {
    const { trials, best } = await searchOptions(
      SEARCH,
      fitOf(() => 0),
    );
    expect(new Set(trials.map(({ options }) => options.lookback)).size).toBeGreaterThan(2);
    expect(new Set(trials.map(({ loss }) => loss)).size).toBe(1);
    expect(best).toEqual({ ...LSTM_DEFAULTS, ...OPTIONS });
    const lookback = Math.max(...trials.map(({ options }) => options.lookback));
    const { validation } = prepareTrainingSet(SEARCH.histories, FEATURES, { ...LSTM_DEFAULTS, ...OPTIONS, lookback });
    const losses = Array.from(validation.lastRows, (row) =>
      studentTLoss(new Float32Array(30).fill(1, 10, 20), validation.targets.slice(row * 10, (row + 1) * 10)),
    );
    const total = losses.reduce((sum, { loss }) => sum + loss, 0);
    const count = losses.reduce((sum, one) => sum + one.count, 0);
    expect(trials[0]?.loss).toBeCloseTo(total / count, 6);
  });

  it('does not let a loss that is no number win', async () => {
    const { best } = await searchOptions(
      SEARCH,
      fitOf(({ learningRate }) => (learningRate === 5e-4 ? NaN : 1)),
    );
    expect(best.learningRate).not.toBe(5e-4);
  });

  it('gives the same result in whatever order its trials are done, and tells of each', async () => {
    const badness = ({ dropout, units }: FitTask): number => dropout + units / 1000;
    const inOrder = await searchOptions(SEARCH, fitOf(badness));
    const told: SearchTrial[] = [];
    const late = fitOf(badness, ({ learningRate }) => Math.round(1e-2 / learningRate));
    const outOfOrder = await searchOptions({ ...SEARCH, onTrial: (trial) => told.push(trial) }, late);
    expect(outOfOrder).toEqual(inOrder);
    expect(told).not.toEqual(outOfOrder.trials);
    expect(told).toHaveLength(outOfOrder.trials.length);
    expect(new Set(told)).toEqual(new Set(outOfOrder.trials));
    expect(JSON.parse(JSON.stringify(inOrder.trials))).toEqual(inOrder.trials);
    expect((await searchOptions({ ...SEARCH, seed: 4 }, fitOf(badness))).trials).not.toEqual(inOrder.trials);
  });

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController();
    const search = { ...SEARCH, signal: controller.signal, onTrial: () => controller.abort(new Error('draining')) };
    await expect(
      searchOptions(
        search,
        fitOf(() => 0),
      ),
    ).rejects.toThrow('draining');
  });

  it('fails with a fit that fails, and ends the others', async () => {
    const signals: AbortSignal[] = [];
    const failing: FitNetwork = async (task, { signal }) => {
      if (!signal) throw new Error('no signal');
      signals.push(signal);
      if (task.learningRate === 5e-4) throw new Error('out of memory');
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    };
    await expect(searchOptions(SEARCH, failing)).rejects.toThrow('out of memory');
    expect(signals.map(({ aborted }) => aborted)).toEqual(new Array(7).fill(true));
  });

  it('refuses no trials at all and too short a history', async () => {
    await expect(
      searchOptions(
        { ...SEARCH, trials: 0 },
        fitOf(() => 0),
      ),
    ).rejects.toThrow(RangeError);
    await expect(
      searchOptions(
        { ...SEARCH, histories: [noiseHistory(120, 1)] },
        fitOf(() => 0),
      ),
    ).rejects.toMatchObject({
      reason: 'history-too-short',
    });
  });

  it('finds, with real networks, what the caller then trains in full', async () => {
    const fit = fitNetwork(await openWasmEngine({ fusedMultiplyAdd: false }));
    const options = { ...OPTIONS, units: 8, batchSize: 32, epochs: 5 };
    const { best, trials } = await searchOptions({ ...SEARCH, options, trials: 3 }, fit);
    expect(trials.map(({ rung: number, options: { epochs } }) => [number, epochs])).toEqual([
      [1, 4],
      [1, 4],
      [1, 4],
      [2, 5],
      [2, 5],
    ]);
    expect(trials.every(({ loss, epochLosses }) => Number.isFinite(loss) && epochLosses.length > 0)).toBe(true);
    const losses = rung(trials, 2).map(({ loss }) => loss);
    const winner = rung(trials, 2)[losses.indexOf(Math.min(...losses))];
    expect(best).toEqual(winner?.options);
    const model = await trainLstm({ histories: SEARCH.histories, featureNames: FEATURES, options: best, seed: 3 }, fit);
    expect(model.preprocessing.training).toMatchObject({ bestEpoch: winner?.bestEpoch, options: best });
    expect(winner?.epochLosses.map(({ validationLoss }) => validationLoss)).toContain(
      model.preprocessing.training.validationLoss,
    );
  });
});
