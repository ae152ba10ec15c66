import { type ForecastMade } from '@closing-bell/contracts';
import { calendarOf } from '@closing-bell/market';
import { type MessageContext } from '@closing-bell/messaging';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { exportRows, openWarehouse, type Row, tables, type Warehouse } from '@closing-bell/warehouse';
import { NotFoundException } from '@nestjs/common';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApiController } from '../src/api.controller';
import { Queries } from '../src/queries';
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
  let api: ApiController;
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
    api = new ApiController(new Queries(warehouse));
  });
  afterEach(async () => {
    await warehouse.close();
    rmSync(folder, { recursive: true });
  });

  /** What the API answers where it finds nothing. */
  const refusal = async (symbol: string, session?: string): Promise<object> => {
    const error: unknown = await api.forecast(symbol, session).catch((thrown: unknown) => thrown);
    if (!(error instanceof NotFoundException)) throw new Error('It was found.', { cause: error });
    return error.getResponse() as object;
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
    expect(await refusal('ALFA')).toMatchObject({
      statusCode: 404,
      message:
        'no forecast of ALFA from 2020-03-16: the forecaster abstained (stale-bars). Nothing was traded in 5 sessions.',
      abstention: { session: '2020-03-16', code: 'stale-bars' },
    });
    expect(await refusal('ALFA', '2020-03-13')).toMatchObject({
      message: expect.stringContaining('from 2020-03-13: the forecaster abstained (too-short)') as string,
    });
    expect(await refusal('ALFA', '2020-03-12')).toMatchObject({
      message: 'no forecast of ALFA from 2020-03-12; replay a close of it first',
    });
    expect(await refusal('BETA')).toMatchObject({ message: 'no forecast of BETA; replay a close of it first' });
  });

  it('are told of beside an older forecast, and not beside a later one or one that was asked for', async () => {
    await recorder.recordForecast(abstained('2020-03-12', { abstentionCode: 'too-short' }), context('m1'));
    await warehouse.insert(tables.forecasts, [forecastRow('2020-03-13')]);
    expect(await api.forecast('ALFA')).not.toHaveProperty('abstention');
    await recorder.recordForecast(abstained('2020-03-16'), context('m2'));
    expect(await api.forecast('ALFA')).toMatchObject({
      forecast: [{ origin_session: '2020-03-13' }],
      abstention: { session: '2020-03-16', code: 'stale-bars', detail: 'Nothing was traded in 5 sessions.' },
    });
    expect(await api.forecast('ALFA', '2020-03-13')).not.toHaveProperty('abstention');
  });

  it('of one session are told of by the last of them, drift’s', async () => {
    await recorder.recordForecast(abstained('2020-03-16'), context('m1'));
    await recorder.recordForecast(
      abstained('2020-03-16', { trigger: 'drift-detected', abstentionCode: 'out-of-domain' }),
      context('m2'),
    );
    expect(await refusal('ALFA')).toMatchObject({ abstention: { trigger: 'drift-detected', code: 'out-of-domain' } });
  });
});
