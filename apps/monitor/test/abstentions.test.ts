import { type ForecastMade } from '@closing-bell/contracts';
import { calendarOf } from '@closing-bell/market';
import { type MessageContext } from '@closing-bell/messaging';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { exportRows, openWarehouse, type Row, tables, type Warehouse } from '@closing-bell/warehouse';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ForecastQueries } from '../src/api/forecasts.queries';
import { KnownSessions } from '../src/api/known-sessions';
import { Reader } from '../src/api/reader';
import { Recorder } from '../src/recorder';

const RECORDED = '2020-03-16T20:00:00.000Z';
const reference = { uri: 'file:///x', sha256: 'a'.repeat(64) };

function abstained(session: string, given: Partial<ForecastMade> = {}): ForecastMade {
  return {
    exchange: 'XNYS',
    symbol: 'ALFA',
    session,
    forceRetrain: false,
    trigger: 'features-computed',
    outcome: 'abstained',
    abstention: 'Nothing was traded in 5 sessions.',
    abstentionCode: 'stale-bars',
    bars: reference,
    features: reference,
    featureSetHash: reference.sha256,
    ...given,
  };
}

function context(id: string): MessageContext {
  return {
    envelope: {
      id,
      type: 'closing-bell.forecast-made.v1',
      source: '/closing-bell/predictor',
      subject: 'ALFA',
      time: RECORDED,
      correlationId: 'c',
    },
    publishTime: new Date(RECORDED),
    deliveryAttempt: 1,
    draining: new AbortController().signal,
  };
}

function forecastRow(session: string): Row<typeof tables.forecasts> {
  return {
    symbol: 'ALFA',
    origin_session: session,
    horizon: 1,
    model_version: 0,
    forecaster: 'rolling-quantile-250',
    target_session: '2020-12-31',
    origin_close: 100,
    point: 100,
    quantiles: [100],
    p05: 99,
    p25: 99.5,
    p75: 100.5,
    p95: 101,
    forecast_uri: 'file:///f',
    forecast_sha256: 'b',
    message_id: `forecast of ${session}`,
    recorded_at: RECORDED,
  };
}

/** A real warehouse in a folder. */
describe('abstentions', () => {
  let folder: string;
  let warehouse: Warehouse;
  let recorder: Recorder;
  let queries: ForecastQueries;
  let reader: Reader;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-monitor-'));
    warehouse = await openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
    const objects = openObjectStore(pathToFileURL(folder).href);
    recorder = new Recorder({
      warehouse,
      objects,
      series: new SeriesStore(objects),
      calendarOf,
      clock: () => new Date(RECORDED),
    });
    reader = new Reader(warehouse, () => 0);
    queries = new ForecastQueries(reader, new KnownSessions(reader));
  });
  afterEach(async () => {
    await warehouse.close();
    rmSync(folder, { recursive: true });
  });

  const fanOf = (symbol: string, session?: string) => {
    reader.forget();
    return queries.fan(symbol, session);
  };

  it('are recorded with the code, once however often the message comes', async () => {
    const model = { name: 'ALFA', version: 3, artifact: reference };
    await recorder.recordForecast(abstained('2020-03-16', { model }), context('m1'));
    await recorder.recordForecast(abstained('2020-03-16', { model }), context('m1'));
    expect(await exportRows(warehouse, tables.abstentions)).toEqual([
      {
        symbol: 'ALFA',
        session: '2020-03-16',
        trigger: 'features-computed',
        model_version: 3,
        code: 'stale-bars',
        detail: 'Nothing was traded in 5 sessions.',
        message_id: 'm1',
      },
    ]);
    expect(await exportRows(warehouse, tables.forecasts)).toEqual([]);
  });

  it('of release 0.1, which had no code, are recorded as unspecified', async () => {
    const { abstentionCode: _, ...old } = abstained('2020-03-16');
    await recorder.recordForecast(old, context('m1'));
    expect(await exportRows(warehouse, tables.abstentions)).toMatchObject([{ code: 'unspecified', model_version: 0 }]);
  });

  it('are told of instead of a forecast, with session, code and reason', async () => {
    await recorder.recordForecast(abstained('2020-03-13', { abstentionCode: 'too-short' }), context('m1'));
    await recorder.recordForecast(abstained('2020-03-16'), context('m2'));
    expect(await fanOf('ALFA')).toMatchObject({
      originSession: '2020-03-16',
      forecaster: null,
      points: [],
      abstention: { code: 'stale-bars', detail: 'Nothing was traded in 5 sessions.' },
    });
    expect(await fanOf('ALFA', '2020-03-13')).toMatchObject({ abstention: { code: 'too-short' } });
    await expect(fanOf('ALFA', '2020-03-12')).rejects.toThrow(
      'no forecast of ALFA from 2020-03-12; replay a close of it first',
    );
    await expect(fanOf('BETA')).rejects.toThrow('nothing is known of BETA; replay a close of it first');
  });

  it('come after an older forecast, and not after a later one or one that was asked for', async () => {
    await recorder.recordForecast(abstained('2020-03-12', { abstentionCode: 'too-short' }), context('m1'));
    await warehouse.insert(tables.forecasts, [forecastRow('2020-03-13')]);
    expect(await fanOf('ALFA')).toMatchObject({ originSession: '2020-03-13', abstention: null });
    await recorder.recordForecast(abstained('2020-03-16'), context('m2'));
    expect(await fanOf('ALFA')).toMatchObject({ originSession: '2020-03-16', points: [] });
    expect(await fanOf('ALFA', '2020-03-13')).toMatchObject({ abstention: null, points: [{ point: 100 }] });
    expect((await queries.origins('ALFA', undefined, 10)).origins).toMatchObject([
      { session: '2020-03-16', abstained: true, forecaster: null },
      { session: '2020-03-13', abstained: false, forecaster: 'rolling-quantile-250' },
      { session: '2020-03-12', abstained: true },
    ]);
  });

  it('of one session are told of by the last of them, drift’s', async () => {
    await recorder.recordForecast(abstained('2020-03-16'), context('m1'));
    await recorder.recordForecast(
      abstained('2020-03-16', { trigger: 'drift-detected', abstentionCode: 'out-of-domain' }),
      context('m2'),
    );
    expect(await fanOf('ALFA')).toMatchObject({ abstention: { code: 'out-of-domain' } });
  });
});
