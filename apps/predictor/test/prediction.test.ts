import { forecastMade, type ModelReady, type ModelVersion, validate } from '@closing-bell/contracts';
import { type FeatureTable } from '@closing-bell/features';
import { decodeForecast } from '@closing-bell/forecasting';
import { type Bar, calendarOf, columnsOfBars } from '@closing-bell/market';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore, readHashed, SeriesStore } from '@closing-bell/storage';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Registry } from 'prom-client';
import { releasedForecast, releasedModel } from '../../../libs/forecasting/test/fixtures/model-v1/released-model';
import { ModelCache } from '../src/model-cache';
import { Prediction } from '../src/prediction';
import { PredictorMetrics } from '../src/predictor-metrics';

const HASH = 'a'.repeat(64);
const calendar = calendarOf('XNYS');

/** The history that the released model was saved with, on sessions of the exchange and again and again until it fills a year. */
const released = releasedForecast().history;
const length = 7 * released.bars.length;
const sessions = calendar.sessionsAfter('2018-12-31', length);
const again = <T>(values: ArrayLike<T>, row: number): T => values[row % values.length]!;
const liveBars = sessions.map((session, row): Bar => ({ ...again(released.bars, row), session }));
const featuresOf = (count: number): FeatureTable => ({
  sessions: sessions.slice(0, count),
  columns: Object.fromEntries(
    Object.entries(released.features.columns).map(([name, column]) => [
      name,
      Float64Array.from({ length: count }, (_, row) => again(column, row)),
    ]),
  ),
});

/** The same bars with the last ones halted: each at the close before, without a trade. */
function haltedBars(count: number): Bar[] {
  const trading = liveBars.slice(0, -count);
  const close = trading.at(-1)?.close ?? NaN;
  const halted = { open: close, high: close, low: close, close, volume: 0 };
  return [...trading, ...liveBars.slice(-count).map((bar) => ({ ...bar, ...halted }))];
}

/** Real files and snapshots in a folder; a real network, saved by release 0.1. */
describe('Prediction', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-prediction-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const stores = () => {
    const objects = openObjectStore(pathToFileURL(folder).href);
    return { objects, series: new SeriesStore(objects), registry: new LocalModelRegistry(objects) };
  };

  const savedModel = async (): Promise<ModelVersion> => {
    const { name, version, artifact } = await stores().registry.register({
      name: 'ALFA',
      decision: 'first',
      run: 'first',
      moment: { session: '2018-12-31', trigger: 'features-computed' },
      kind: 'model',
      forecaster: 'lstm',
      files: releasedModel(),
      featureSetHash: HASH,
      metrics: {},
      lineage: {
        bars: { uri: 'file:///b', sha256: HASH },
        features: { uri: 'file:///f', sha256: HASH },
        seed: 1,
        parameters: {},
      },
    });
    return { name, version, artifact };
  };

  /** What is said of bars and features at the session of the last bar, or at the one given; checked by the contract. */
  const predict = async (
    bars: readonly Bar[],
    {
      features = featuresOf(bars.length),
      model,
      session = bars.at(-1)?.session ?? '',
    }: {
      features?: FeatureTable;
      model?: ModelVersion;
      session?: string;
    } = {},
  ) => {
    const { objects, series, registry } = stores();
    const about = { exchange: 'XNYS', symbol: 'ALFA', session, forceRetrain: false };
    const snapshot = { symbol: 'ALFA', session };
    const ready: ModelReady = {
      ...about,
      trigger: 'features-computed',
      decision: model ? 'kept' : 'baseline',
      reasons: [{ code: 'fresh', detail: 'It was trained lately.' }],
      record: { uri: 'file:///record', sha256: HASH },
      bars: await series.save({ ...snapshot, kind: 'bars', series: columnsOfBars(bars) }),
      features: await series.save({ ...snapshot, kind: 'features', series: features }),
      featureSetHash: HASH,
      ...(model ? { model } : {}),
    };
    const metrics = new PredictorMetrics(new Registry());
    const models = new ModelCache(registry, metrics);
    const prediction = new Prediction({ objects, series, models, metrics, calendarOf });
    const made = await prediction.forecast(ready);
    return validate(forecastMade, JSON.parse(JSON.stringify(made)));
  };

  it('forecasts the next ten sessions by the baseline where no model is fit to serve', async () => {
    const made = await predict(liveBars);
    expect(made).toMatchObject({ outcome: 'forecast', symbol: 'ALFA', session: sessions.at(-1) });
    expect([made.abstention, made.abstentionCode]).toEqual([undefined, undefined]);
    const file = decodeForecast(await readHashed(stores().objects, made.forecast!));
    expect(file).toMatchObject({ forecaster: 'rolling-quantile-250', modelVersion: 0 });
    expect(file.horizons.map(({ targetSession }) => targetSession)).toEqual(
      calendar.sessionsAfter(sessions.at(-1) ?? '', 10),
    );
  });

  it('forecasts by the model that was decided on', async () => {
    const model = await savedModel();
    const made = await predict(liveBars, { model });
    expect(made).toMatchObject({ outcome: 'forecast', model });
    const file = decodeForecast(await readHashed(stores().objects, made.forecast!));
    expect(file).toMatchObject({ forecaster: 'lstm', modelVersion: 1, originClose: liveBars.at(-1)?.close });
  });

  it('says the same when it is asked again', async () => {
    const model = await savedModel();
    expect(await predict(liveBars, { model })).toEqual(await predict(liveBars, { model }));
  });

  it('abstains from a short history, with the code and the numbers', async () => {
    const made = await predict(liveBars.slice(0, 40));
    expect(made).toMatchObject({ outcome: 'abstained', abstentionCode: 'too-short' });
    expect(made.abstention).toContain('there are 40');
    expect(made.forecast).toBeUndefined();
  });

  it('abstains from a halted symbol, whether a model or the baseline serves', async () => {
    const model = await savedModel();
    for (const made of [await predict(haltedBars(5)), await predict(haltedBars(5), { model })]) {
      expect(made).toMatchObject({ outcome: 'abstained', abstentionCode: 'stale-bars' });
      expect(made.abstention).toContain('Nothing was traded in 5 sessions');
    }
    expect(await predict(haltedBars(4), { model })).toMatchObject({ outcome: 'forecast' });
  });

  it('abstains by a model whose features are of another world, which the baseline does not read', async () => {
    const model = await savedModel();
    const features = featuresOf(liveBars.length);
    const [first = ''] = Object.keys(features.columns);
    features.columns[first]?.fill(1e6, liveBars.length - 1);
    const made = await predict(liveBars, { features, model });
    expect(made).toMatchObject({ outcome: 'abstained', abstentionCode: 'out-of-domain', model });
    expect(made.abstention).toContain(`${first} `);
    expect(await predict(liveBars, { features })).toMatchObject({ outcome: 'forecast' });
  });

  it('refuses bars that do not end at the session, which is a broken promise and no abstention', async () => {
    const next = calendar.nextSession(sessions.at(-1) ?? '');
    for (const bars of [liveBars, haltedBars(20)]) {
      await expect(predict(bars, { session: next })).rejects.toMatchObject({ reason: 'misaligned-history' });
    }
  });
});
