import { type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { classicIndicators, computeFeatures } from '@closing-bell/features';
import { type ForecastAnswer, latestForecast } from '../../src/forecaster';
import { type History, historyUntil } from '../../src/history';
import { literalLstm } from '../../src/legacy/literal-lstm';
import { type LiteralOptions } from '../../src/legacy/literal-options';
import { type FitNetwork, type FitTask, type FittedNetwork } from '../../src/lstm/fit/fit';
import { fitNetwork } from '../../src/lstm/fit/fit-network';
import { buildNetwork, setNetworkWeights } from '../../src/lstm/layers/layers-network';
import { usePlainBackend } from '../../src/lstm/layers/plain-backend';
import { openWasmEngine } from '../../src/lstm/wasm/wasm-engine';
import { RandomSource } from '../../src/random';
import { closesOf, noiseHistory, session, studentTReturns } from '../fixtures/histories';

const ROWS = 420;
/** Of a history of 420 rows: the training span ends at 350, validation origins begin at 360. */
const SMALL: Partial<LiteralOptions> = { units: 6, epochs: 3, validationSessions: 60, minimumTrainingSessions: 100 };
const LAST_TRAINING = 350;
const FIRST_VALIDATION = 360;

/** Bars of a random walk with their classic indicators, which are known from row 49 on. From row `changed` on it is another walk. */
function simulatedHistory(changed = Infinity): History {
  const closes = closesOf(studentTReturns(ROWS - 1, new RandomSource(8)));
  const others = closesOf(studentTReturns(ROWS - 1, new RandomSource(9)));
  const random = new RandomSource(10);
  const bars = closes.map((before, row) => {
    const close = row < changed ? before : 3 * (others[row] ?? NaN);
    const open = close * (1 + 0.004 * (random.uniform() - 0.5));
    const high = Math.max(open, close) * (1 + 0.01 * random.uniform());
    const low = Math.min(open, close) * (1 - 0.01 * random.uniform());
    return { session: session(row), open, high, low, close, volume: 1000 + 500 * random.uniform() };
  });
  return { bars, features: computeFeatures(bars, classicIndicators) };
}

function quantilesOf(answer: ForecastAnswer | undefined): readonly Float64Array[] {
  if (answer?.outcome !== 'forecast') throw new Error(answer?.detail ?? 'There is no answer.');
  return answer.quantiles;
}

describe('the literal LSTM', () => {
  const history = simulatedHistory();
  let fit: FitNetwork;

  /** Fits a small network; tells what was asked of the fit, and what it answered. */
  async function fitted(known: History, options: Partial<LiteralOptions> = {}, seed = 1) {
    const calls: { task: FitTask; network: FittedNetwork }[] = [];
    const forecaster = await literalLstm({ ...SMALL, ...options }, async (task, observer) => {
      const network = await fit(task, observer);
      calls.push({ task, network });
      return network;
    }).fit([known], { seed });
    const [call] = calls;
    if (!call) throw new Error('Nothing was fitted.');
    return { forecaster, ...call };
  }

  beforeAll(async () => {
    fit = fitNetwork(await openWasmEngine({ fusedMultiplyAdd: false }));
  });

  it('forecasts one return a horizon at every level', async () => {
    const { forecaster } = await fitted(history);
    const quantiles = quantilesOf(latestForecast(forecaster, history));
    expect(forecaster.name).toBe('literal-lstm');
    expect(quantiles).toHaveLength(10);
    quantiles.forEach((returns) => expect(Array.from(returns)).toEqual(new Array(39).fill(returns[0])));
    const points = quantiles.map((returns) => returns[0] ?? NaN);
    expect(points.every(Number.isFinite)).toBe(true);
    expect(new Set(points).size).toBe(10);
  });

  it('says the price of h sessions ahead at step h of the network', async () => {
    await usePlainBackend();
    const { forecaster, task, network } = await fitted(history);
    const reference = buildNetwork(task);
    setNetworkWeights(reference, network.weights);
    const window = task.inputs.subarray((ROWS - 10) * task.features);
    const steps = tidy(() => (reference.predict(tensor3d(window, [1, 10, task.features])) as Tensor).dataSync());
    reference.dispose();
    const closes = history.bars.map((bar) => bar.close);
    const span = closes.slice(49, LAST_TRAINING + 1);
    const [least, greatest] = [Math.min(...span), Math.max(...span)];
    expect(steps).toHaveLength(10);
    quantilesOf(latestForecast(forecaster, history)).forEach((returns, index) => {
      const price = (closes.at(-1) ?? NaN) * Math.exp(returns[0] ?? NaN);
      expect(price).toBeCloseTo(least + (greatest - least) * (steps[index] ?? NaN), 3);
    });
  });

  it('is the network of the literature by default', async () => {
    const asked: FitTask[] = [];
    const method = literalLstm({ validationSessions: 60, minimumTrainingSessions: 100 }, (task) => {
      asked.push(task);
      return Promise.reject(new Error('not needed'));
    });
    await expect(method.fit([history], { seed: 1 })).rejects.toThrow('not needed');
    expect(asked[0]).toMatchObject({
      units: 200,
      lookback: 10,
      dropout: 0.2,
      head: 'price',
      learningRate: 1e-3,
      gradientNorm: Infinity,
      features: 5 + classicIndicators.features.length,
    });
  });

  it('pairs each row with the scaled close of ten rows later, realised before the embargo', async () => {
    const { task } = await fitted(history, { epochs: 0 });
    const { inputs, features, training, validation } = task;
    const CLOSE = 3;
    const scaledClose = (row: number): number => inputs[row * features + CLOSE] ?? NaN;
    for (let row = 0; row < ROWS; row++) {
      const target = row + 10 < ROWS ? scaledClose(row + 10) : NaN;
      expect(training.targets[row]).toBe(row + 10 <= LAST_TRAINING ? target : NaN);
      expect(validation.targets[row]).toBe(row + 10 > FIRST_VALIDATION ? target : NaN);
    }
    const rows = ({ lastRows }: { lastRows: Int32Array }) => [lastRows[0], lastRows.at(-1), lastRows.length];
    expect(rows(training)).toEqual([49 + 9, LAST_TRAINING - 10, LAST_TRAINING - 10 - 58 + 1]);
    expect(rows(validation)).toEqual([FIRST_VALIDATION, ROWS - 11, 50]);
  });

  it('scales by the least and the greatest of the training span, whatever comes after', async () => {
    const { task } = await fitted(history, { epochs: 0 });
    const { task: other } = await fitted(simulatedHistory(LAST_TRAINING + 1), { epochs: 0 });
    const { features } = task;
    const span = (inputs: Float32Array): Float32Array => inputs.subarray(49 * features, (LAST_TRAINING + 1) * features);
    expect(span(other.inputs)).toEqual(span(task.inputs));
    expect(other.training).toEqual(task.training);
    expect(Math.max(...other.validation.targets.filter(Number.isFinite))).toBeGreaterThan(1.5);
    for (let input = 0; input < features; input++) {
      const column = span(task.inputs).filter((_, index) => index % features === input);
      expect([Math.min(...column), Math.max(...column)]).toEqual([0, 1]);
    }
  });

  it('starts at the mean price of the training span, where its neuron is alive, and learns from there', async () => {
    const untrained = await fitted(history, { epochs: 0 });
    const trained = await fitted(history, { epochs: 8 });
    const targets = untrained.task.training.targets.filter((target) => !Number.isNaN(target));
    const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
    expect(untrained.network.weights[4][0]).toBeCloseTo(mean, 6);
    expect(trained.network.validationLoss).toBeLessThan(0.5 * untrained.network.validationLoss);
  });

  it('gives the same bytes for a seed and others for another', async () => {
    const forecast = async (seed: number) => {
      const { forecaster, network } = await fitted(history, {}, seed);
      return { weights: network.weights, answer: latestForecast(forecaster, history) };
    };
    const first = await forecast(1);
    expect(await forecast(1)).toEqual(first);
    expect((await forecast(2)).weights).not.toEqual(first.weights);
  });

  it('forecasts the same from many origins at once as from a history that ends at each, whatever comes after', async () => {
    const cut = 400;
    const { forecaster } = await fitted(historyUntil(history, cut));
    const { forecaster: again } = await fitted(historyUntil(simulatedHistory(cut + 1), cut));
    const origins = Array.from({ length: 90 }, (_, index) => cut - 89 + index);
    const answers = forecaster.forecasts(history, origins);
    expect(again.forecasts(simulatedHistory(cut + 1), origins)).toEqual(answers);
    expect(origins.map((origin) => latestForecast(forecaster, historyUntil(history, origin)))).toEqual(answers);
  });

  it('abstains where there is no complete window, and answers from the other origins in their order', async () => {
    const { forecaster } = await fitted(history);
    const [short, incomplete, ...complete] = forecaster.forecasts(history, [8, 57, 58, 200]);
    expect(short).toMatchObject({ outcome: 'abstained', code: 'too-short' });
    expect(incomplete).toEqual({
      outcome: 'abstained',
      code: 'incomplete-features',
      detail: `The input sma_50 has no value at ${session(48)}, within the 10 sessions that the forecast is made from.`,
    });
    expect(forecaster.forecasts(history, [8, 57])).toEqual([short, incomplete]);
    expect(complete).toEqual(forecaster.forecasts(history, [58, 200]));
    expect(complete.map(({ outcome }) => outcome)).toEqual(['forecast', 'forecast']);
  });

  it('refuses to be fitted to no symbol, to several, to too little and without indicators', async () => {
    const method = literalLstm(SMALL, fit);
    const reasonOf = (known: readonly History[]) => method.fit(known, { seed: 1 }).catch((error: unknown) => error);
    expect(await reasonOf([])).toMatchObject({ name: 'PermanentError', reason: 'one-symbol-only' });
    expect(await reasonOf([history, history])).toMatchObject({ reason: 'one-symbol-only' });
    expect(await reasonOf([historyUntil(history, 200)])).toMatchObject({
      reason: 'history-too-short',
      details: { needed: 100, available: 73 },
    });
    expect(await reasonOf([noiseHistory(ROWS, 1)])).toMatchObject({ reason: 'missing-feature' });
  });

  it('ends with the reason of an abort', async () => {
    const signal = AbortSignal.abort(new Error('draining'));
    await expect(literalLstm(SMALL, fit).fit([history], { seed: 1, signal })).rejects.toThrow('draining');
  });
});
