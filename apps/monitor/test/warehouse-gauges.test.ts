import { calendarOf } from '@closing-bell/market';
import { openWarehouse, type Row, tables, type Warehouse, warehouseResources } from '@closing-bell/warehouse';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { awkwardRow } from '../../../libs/warehouse/test/awkward-row';
import { describeOnBigQueryEmulator } from '../../../libs/warehouse/test/bigquery/real-bigquery-emulator';
import { MonitorMetrics } from '../src/monitor-metrics';
import { latestClose, WarehouseGauges } from '../src/warehouse-gauges';

const RECORDED = '2020-03-16T20:00:00.000Z';
const calendar = calendarOf('XNYS');

function outcome(symbol: string, target: string, inside: boolean, version = 1): Row<typeof tables.outcomes> {
  return {
    ...{ symbol, origin_session: '2020-03-02', horizon: 1, model_version: version, target_session: target },
    ...{ actual_close: 100, error: 1, naive_error: 2, crps: 0.3, naive_crps: 0.4, inside_90: inside },
    recorded_at: RECORDED,
  };
}

function answered(session: string): Row<typeof tables.events> {
  const row = awkwardRow(tables.events, 2) as Row<typeof tables.events>;
  return { ...row, message_id: session, topic: 'forecast-made', exchange: 'XNYS', session };
}

const letter = (id: string): Row<typeof tables.deadLetters> => ({
  ...(awkwardRow(tables.deadLetters, 2) as Row<typeof tables.deadLetters>),
  id,
});

function gauging(newWarehouse: () => Promise<Warehouse>): void {
  let warehouse: Warehouse;
  let registry: Registry;
  let gauges: WarehouseGauges;
  let lines: string[];
  const open = (asked: Pick<Warehouse, 'query'> = warehouse): void => {
    registry = new Registry();
    lines = [];
    gauges = new WarehouseGauges({
      warehouse: asked,
      metrics: new MonitorMetrics(registry, () => new Date(0)),
      calendar,
      logger: pino({}, { write: (line) => lines.push(line) }),
      soonMilliseconds: 1,
    });
  };
  beforeEach(async () => {
    warehouse = await newWarehouse();
    open();
  });
  afterEach(async () => {
    await gauges.stop();
    await warehouse.close();
  });
  const valueOf = async (sample: string): Promise<number | undefined> => {
    const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(`${sample} `));
    return line === undefined ? undefined : Number(line.split(' ')[1]);
  };
  const until = async (sample: string, value: number): Promise<void> => {
    const limit = Date.now() + 20_000;
    while ((await valueOf(sample)) !== value) {
      if (Date.now() > limit) throw new Error(`${sample} did not become ${value}: ${await registry.metrics()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  it('show how the forecasts that served fared over all symbols, of the last ninety days', async () => {
    await warehouse.insert(tables.outcomes, [
      outcome('AAPL', '2020-03-16', true),
      outcome('MSFT', '2020-03-16', false),
      // Version 2 came after version 1 and served.
      outcome('MSFT', '2020-03-16', true, 2),
      { ...outcome('OLD', '2019-03-04', false), origin_session: '2019-03-01' },
    ]);
    gauges.read();
    await until('closing_bell_forecasts_scored{horizon="1"}', 2);
    expect(await valueOf('closing_bell_forecast_coverage_ratio{horizon="1"}')).toBe(1);
    expect(await valueOf('closing_bell_forecast_skill_ratio{horizon="1"}')).toBeCloseTo(0.25, 10);
  });

  it('follow what is written', async () => {
    gauges.read();
    await until('closing_bell_forecast_close_timestamp_seconds', 0);
    const [letters, event] = [[letter('a'), letter('b')], answered('2020-03-16')];
    await warehouse.insert(tables.deadLetters, letters);
    await warehouse.insert(tables.events, [event]);
    gauges.written(tables.deadLetters, letters);
    await until('closing_bell_dead_letters_open', 2);
    gauges.written(tables.events, [event]);
    await until('closing_bell_forecast_close_timestamp_seconds', Date.parse('2020-03-16T20:00:00Z') / 1000);
    const redrives = [{ dead_letter_id: 'a', recorded_at: RECORDED }];
    await warehouse.insert(tables.redrives, redrives);
    gauges.written(tables.redrives, redrives);
    await until('closing_bell_dead_letters_open', 1);
  });

  it('try again where the warehouse is away, and say so', async () => {
    let asked = 0;
    open({
      query: (sql, parameters) => (++asked <= 3 ? Promise.reject(new Error('away')) : warehouse.query(sql, parameters)),
    });
    gauges.read();
    await until('closing_bell_forecast_close_timestamp_seconds', 0);
    while (asked < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(lines[0]).toContain('not up to date');
  });
}

describe('WarehouseGauges over DuckDB', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  gauging(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'closing-bell-gauges-'));
    folders.push(folder);
    return openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
  });
});

describeOnBigQueryEmulator('WarehouseGauges over BigQuery on an emulator', (emulator) => {
  gauging(async () => {
    const url = `bigquery://${emulator.project}/${emulator.newDataset()}`;
    const options = { bigQueryEndpoint: emulator.url, bigQueryStorageEndpoint: emulator.grpcAddress };
    for (const resource of warehouseResources(url, 'EU', options)) await resource.apply();
    return openWarehouse(url, options);
  });
});

describe('latestClose', () => {
  it.each([
    ['during a session: that of the one before', '2020-03-16T15:00:00Z', '2020-03-13T20:00:00.000Z'],
    ['after a close', '2020-03-16T20:00:00Z', '2020-03-16T20:00:00.000Z'],
    ['past midnight in UTC', '2020-03-17T03:00:00Z', '2020-03-16T20:00:00.000Z'],
    ['on a weekend', '2020-03-15T12:00:00Z', '2020-03-13T20:00:00.000Z'],
    ['after a half day', '2019-11-29T19:00:00Z', '2019-11-29T18:00:00.000Z'],
  ])('is %s', (_, now, close) => {
    expect(latestClose(calendar, new Date(now)).toISOString()).toBe(close);
  });
});
