import { Field } from '../src/field';
import { BASELINES, FittedForecaster, isBaseline, loadForecaster } from '../src/fitted-forecaster';
import { latestForecast } from '../src/forecaster';
import { historyUntil } from '../src/history';
import { type ModelFiles } from '../src/lstm/layers-model-file';
import { marketWithFeatures, smallSettings, watchedFit } from './backtest/fixtures/small-field';
import { releasedForecast, releasedModel } from './fixtures/model-v1/released-model';

const NAMES = [...BASELINES, 'lstm', 'lstm-fhs', 'blend-raw', 'blend'] as const;
const history = marketWithFeatures(620, 1);

describe('a fitted forecaster', () => {
  let field: Field;
  beforeAll(async () => {
    const { fit } = await watchedFit();
    field = new Field([historyUntil(history, 559)], { ...smallSettings(fit), seed: 1 });
  });

  it.each(NAMES)(
    'says the same to the bit when %s is loaded from its files, and writes the same files',
    async (name) => {
      const fitted = await field.fitStorable(name);
      const loaded = await loadForecaster(fitted.files);
      expect(loaded.name).toBe(name);
      expect(loaded.files).toEqual(fitted.files);
      const answer = latestForecast(loaded, history);
      expect(answer.outcome).toBe('forecast');
      expect(answer).toEqual(latestForecast(fitted, history));
    },
  );

  it('stores no more than it needs', async () => {
    expect(Object.keys((await field.fitStorable('har-fhs')).files)).toEqual(['forecaster.json']);
    expect(Object.keys((await field.fitStorable('lstm')).files).sort()).toEqual([
      'model.json',
      'preprocessing.json',
      'weights.bin',
    ]);
  });

  it('loads a model of release 0.1, which says what it said', async () => {
    const { history: released, quantiles } = releasedForecast();
    const model = await loadForecaster(releasedModel());
    expect(model.name).toBe('lstm');
    const answer = latestForecast(model, released);
    if (answer.outcome !== 'forecast') throw new Error(answer.detail);
    quantiles.forEach((row, horizon) =>
      row.forEach((quantile, at) => expect(answer.quantiles[horizon]?.[at]).toBeCloseTo(quantile, 7)),
    );
  });

  it('tells baselines from models', () => {
    expect(NAMES.filter(isBaseline)).toEqual(BASELINES);
  });

  it('cannot be put together without a part', () => {
    expect(() => new FittedForecaster('har-fhs', {})).toThrow('har-fhs needs har');
    expect(() => new FittedForecaster('blend', {})).toThrow('blend needs har, gjr, lstm');
  });

  describe('refuses, naming the file,', () => {
    const damaged = async (change: (file: Record<string, unknown>) => void): Promise<ModelFiles> => {
      const { files } = await field.fitStorable('blend');
      const file = JSON.parse(files['forecaster.json']?.toString() ?? '') as Record<string, unknown>;
      change(file);
      return { ...files, 'forecaster.json': Buffer.from(JSON.stringify(file)) };
    };
    it.each<[string, (file: Record<string, unknown>) => void, RegExp]>([
      ['another format', (file) => (file.format = 'other'), /not of format closing-bell-forecaster/],
      ['a later version', (file) => (file.version = 2), /version 1/],
      ['an unknown forecaster', (file) => (file.forecaster = 'oracle'), /"oracle" is none of/],
      ['a missing HAR', (file) => delete file.har, /HAR has not 10 rows of 11/],
      ['a HAR with a gap', (file) => (file.har = { coefficients: [[null]] }), /HAR has not/],
      ['a missing GJR', (file) => delete file.gjr, /GJR-GARCH has not/],
      [
        'a GJR that explodes',
        (file) => (file.gjr = { mean: 0, arch: 0.5, leverage: 0, garch: 0.6, degreesOfFreedom: 5 }),
        /persistence below 1/,
      ],
    ])('%s', async (_, change, message) => {
      const failure = loadForecaster(await damaged(change));
      await expect(failure).rejects.toThrow(message);
      await expect(failure).rejects.toMatchObject({ reason: 'corrupt-model' });
    });

    it('a blend without its network', async () => {
      const { 'weights.bin': _, ...files } = (await field.fitStorable('blend')).files;
      await expect(loadForecaster(files)).rejects.toThrow('weights.bin');
    });
  });
});
