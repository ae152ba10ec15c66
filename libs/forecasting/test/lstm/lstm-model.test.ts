import { io, type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { ewmaVolatility } from '@closing-bell/features';
import { latestForecast } from '../../src/forecaster';
import { type History, historyUntil } from '../../src/history';
import { usePlainBackend } from '../../src/lstm/layers/plain-backend';
import { loadLstm, type LstmModel } from '../../src/lstm/lstm-model';
import { scaleRows } from '../../src/lstm/preprocessing';
import { HEAD_OUTPUTS, studentTOf } from '../../src/lstm/heads/student-t';
import { historyOf, noiseHistory, session } from '../fixtures/histories';
import { releasedForecast, releasedModel } from '../fixtures/model-v1/released-model';
import { thrownBy } from '../fixtures/thrown';
import { trainSmall } from '../fixtures/small-lstm';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('an LSTM model', () => {
  const history = noiseHistory(400, 1);
  let model: LstmModel;

  beforeAll(async () => {
    await usePlainBackend();
    model = await trainSmall({ histories: [history], featureNames: ['a', 'b'], options: { epochs: 2 } });
  });

  const withA = (values: Float64Array): History => ({
    ...history,
    features: { ...history.features, columns: { ...history.features.columns, a: values } },
  });
  const columnA = (): Float64Array => Float64Array.from(history.features.columns['a'] ?? []);

  it('forecasts ascending quantiles for ten horizons', () => {
    const forecast = latestForecast(model, history);
    if (forecast.outcome !== 'forecast') throw new Error(forecast.detail);
    expect(forecast.quantiles).toHaveLength(10);
    for (const quantiles of forecast.quantiles) {
      expect(Array.from(quantiles)).toEqual(Array.from(quantiles).toSorted((a, b) => a - b));
      expect(quantiles.every(Number.isFinite)).toBe(true);
    }
  });

  it('forecasts the same, and is stored as the same bytes, however often it is loaded', async () => {
    const loaded = await loadLstm(model.files);
    const again = await loadLstm(loaded.files);
    expect(latestForecast(loaded, history)).toEqual(latestForecast(model, history));
    expect(latestForecast(again, history)).toEqual(latestForecast(model, history));
    expect(again.files).toEqual(model.files);
    expect(again.preprocessing).toEqual(model.preprocessing);
  });

  it('is stored as a model that TensorFlow.js opens by itself, with the same outputs', async () => {
    const { modelTopology, weightsManifest } = JSON.parse(String(model.files['model.json'])) as io.ModelJSON;
    const weightData = Uint8Array.from(model.files['weights.bin'] ?? []).buffer;
    const weightSpecs = weightsManifest[0]?.weights ?? [];
    const network = await loadLayersModel(io.fromMemory({ modelTopology, weightSpecs, weightData }));
    const { features, limit } = model.preprocessing;
    const columns = features.map(({ name }) => history.features.columns[name] ?? new Float64Array());
    const outputs = tidy(() => {
      const inputs = tensor3d(scaleRows(columns, features, limit, 395, 5), [1, 5, 2]);
      return (network.predict(inputs) as Tensor).dataSync();
    });
    const { location } = studentTOf(outputs, 4 * HEAD_OUTPUTS, 1);
    const volatility = ewmaVolatility(history.bars.map((bar) => bar.close)).at(-1) ?? NaN;
    const forecast = latestForecast(model, history);
    if (forecast.outcome !== 'forecast') throw new Error(forecast.detail);
    expect(location).not.toBe(0);
    expect((forecast.quantiles[0]?.[19] ?? NaN) / (location * volatility)).toBeCloseTo(1, 4);
    expect(weightsManifest[0]?.paths).toEqual(['weights.bin']);
    expect(weightSpecs.map(({ name }) => name)).toEqual([
      'lstm/kernel',
      'lstm/recurrent_kernel',
      'lstm/bias',
      'head/kernel',
      'head/bias',
    ]);
    network.dispose();
  });

  it('of release 0.1 forecasts what it forecast then', async () => {
    const { history: then, quantiles } = releasedForecast();
    const forecast = latestForecast(await loadLstm(releasedModel()), then);
    if (forecast.outcome !== 'forecast') throw new Error(forecast.detail);
    quantiles.forEach((expected, horizon) =>
      expected.forEach((value, index) => expect(forecast.quantiles[horizon]?.[index]).toBeCloseTo(value, 7)),
    );
  });

  it('gives ascending quantiles from a head of quantiles', async () => {
    const other = await trainSmall({
      histories: [history],
      featureNames: ['a', 'b'],
      options: { epochs: 2, head: 'quantiles' },
    });
    const forecast = latestForecast(await loadLstm(other.files), history);
    if (forecast.outcome !== 'forecast') throw new Error(forecast.detail);
    for (const values of forecast.quantiles) {
      expect(Array.from(values)).toEqual(Array.from(values).toSorted((a, b) => a - b));
    }
    expect(forecast.quantiles[9]?.[38]).toBeGreaterThan(2 * (forecast.quantiles[0]?.[38] ?? NaN));
  });

  it('tells what it was trained on', () => {
    expect(model.preprocessing.training).toMatchObject({ from: session(0), to: session(399), seed: 1, epochs: 2 });
    expect(model.preprocessing.features.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('reads the sessions of its window alone', () => {
    const before = columnA();
    before[394] = 7;
    const within = columnA();
    within[395] = 7;
    expect(latestForecast(model, withA(before))).toEqual(latestForecast(model, history));
    expect(latestForecast(model, withA(within))).not.toEqual(latestForecast(model, history));
  });

  it('abstains on a short history, an incomplete feature and a price that never moved', () => {
    const incomplete = columnA();
    incomplete[397] = NaN;
    expect(latestForecast(model, noiseHistory(4, 1))).toMatchObject({ outcome: 'abstained', code: 'too-short' });
    expect(latestForecast(model, withA(incomplete))).toEqual({
      outcome: 'abstained',
      code: 'incomplete-features',
      detail: `The feature a has no value at ${session(397)}, within the 5 sessions that the forecast is made from.`,
    });
    const still = historyOf(new Array<number>(400).fill(100), history.features.columns);
    expect(latestForecast(model, still)).toMatchObject({ outcome: 'abstained', code: 'no-volatility' });
  });

  it('tells where its features lie outside what it was trained on, alone and as a scale', () => {
    const broken = columnA();
    broken[397] = 1e6;
    const origins = [396, 397, 399];
    const said = model.outsideDomain(withA(broken), origins);
    expect(said.map((found) => found?.code)).toEqual([undefined, 'out-of-domain', 'out-of-domain']);
    expect(model.scaleModel().outsideDomain?.(withA(broken), origins)).toEqual(said);
    expect(model.outsideDomain(history, origins)).toEqual([undefined, undefined, undefined]);
  });

  it('forecasts from many origins what it forecasts from each with the history cut there', () => {
    const incomplete = columnA();
    incomplete[200] = NaN;
    const source = withA(incomplete);
    const origins = [0, 3, 4, 5, ...range(150, 290), 399];
    const together = model.forecasts(source, origins);
    expect(new Set(together.map((answer) => (answer.outcome === 'abstained' ? answer.code : answer.outcome)))).toEqual(
      new Set(['too-short', 'forecast', 'incomplete-features']),
    );
    expect(together).toEqual(origins.map((origin) => latestForecast(model, historyUntil(source, origin))));
    expect(model.forecasts(source, [])).toEqual([]);
  });

  it.each(['student-t', 'quantiles'] as const)(
    'with a head of %s says of each row how widely returns will spread, the same for the history cut there',
    async (head) => {
      const incomplete = columnA();
      incomplete[200] = NaN;
      const source = withA(incomplete);
      const other = await trainSmall({ histories: [source], featureNames: ['a', 'b'], options: { epochs: 2, head } });
      const scales = other.scaleModel().scales(source, 2, 398);
      const ofRow = (row: number): number[] => [...scales.subarray((row - 2) * 10, (row - 1) * 10)];
      for (const row of [4, 5, 100, 199, 205, 399]) {
        expect(ofRow(row)).toEqual([...other.scaleModel().scales(historyUntil(source, row), row, 1)]);
        expect(ofRow(row).every((scale) => scale > 0)).toBe(true);
      }
      // The window is not complete.
      for (const row of [2, 3, 200, 204]) expect(ofRow(row)).toEqual(new Array(10).fill(NaN));
      expect(other.scaleModel().scales(source, 100, 0)).toHaveLength(0);
    },
  );

  it('says no scale of a price that has never moved', () => {
    const still = historyOf(new Array<number>(400).fill(100), history.features.columns);
    expect([...model.scaleModel().scales(still, 398, 2)]).toEqual(new Array(20).fill(NaN));
  });

  it('says the scale of the Student t that it forecasts', () => {
    const forecast = latestForecast(model, history);
    if (forecast.outcome !== 'forecast') throw new Error(forecast.detail);
    const scales = model.scaleModel().scales(history, 399, 1);
    // The quartiles of a Student t of 2 to 20 degrees of freedom are .69 to .82 of its scale away from its median.
    forecast.quantiles.forEach((quantiles, index) => {
      const halfWidth = ((quantiles[29] ?? NaN) - (quantiles[9] ?? NaN)) / 2;
      expect(halfWidth / (scales[index] ?? NaN)).toBeGreaterThan(0.68);
      expect(halfWidth / (scales[index] ?? NaN)).toBeLessThan(0.82);
    });
  });

  it('refuses a history without one of its features', () => {
    const other = noiseHistory(400, 1, ['a', 'c']);
    expect(thrownBy(() => latestForecast(model, other))).toMatchObject({ reason: 'missing-feature' });
  });

  it.each([
    ['a file that is not there', { 'weights.bin': undefined }],
    ['weights cut short', { 'weights.bin': Buffer.alloc(40) }],
    ['a topology that is no JSON', { 'model.json': Buffer.from('{') }],
    ['a topology of something else', { 'model.json': Buffer.from('{}') }],
    [
      'preprocessing with a head of points',
      { 'preprocessing.json': Buffer.from('{"format":"closing-bell-lstm","version":1,"head":"mean"}') },
    ],
    ['preprocessing of another format', { 'preprocessing.json': Buffer.from('{"format":"other","version":1}') }],
  ])('cannot be loaded from %s', async (_, damage) => {
    const files = Object.fromEntries(
      Object.entries({ ...model.files, ...damage }).flatMap(([name, content]) => (content ? [[name, content]] : [])),
    );
    await expect(loadLstm(files)).rejects.toMatchObject({ name: 'PermanentError', reason: 'corrupt-model' });
  });
});
