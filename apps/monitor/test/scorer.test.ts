import {
  exportRows,
  openWarehouse,
  type Row,
  tables,
  type Warehouse,
  warehouseResources,
  WarehouseUnavailableError,
} from '@closing-bell/warehouse';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnBigQueryEmulator } from '../../../libs/warehouse/test/bigquery/real-bigquery-emulator';
import { Scorer } from '../src/scorer';

const RECORDED = '2020-03-16T20:00:00.000Z';

function bar(symbol: string, session: string, close = 99): Row<typeof tables.bars> {
  return {
    ...{ symbol, session, open: close, high: close, low: close, close, volume: null, source: 'sample' },
    ...{ snapshot_uri: 'file:///x', snapshot_sha256: 'a', repairs: 0, recorded_at: RECORDED },
  };
}

function forecast(symbol: string, origin: string, target: string, version = 1): Row<typeof tables.forecasts> {
  const quantiles = Array.from({ length: 39 }, (_, k) => 90 + k / 2);
  return {
    ...{
      symbol,
      origin_session: origin,
      horizon: 1,
      model_version: version,
      forecaster: 'blend',
      target_session: target,
    },
    ...{ origin_close: 100, point: 99.5, quantiles, p05: 90.5, p25: 94.5, p75: 104.5, p95: 108.5 },
    ...{ forecast_uri: 'file:///f', forecast_sha256: 'f', message_id: 'm', recorded_at: RECORDED },
  };
}

function scoring(newWarehouse: () => Promise<Warehouse>): void {
  let warehouse: Warehouse;
  let queries: number;
  let scorer: Scorer;
  beforeEach(async () => {
    warehouse = await newWarehouse();
    queries = 0;
    const counted: Warehouse = {
      insert: (table, rows) => warehouse.insert(table, rows),
      query: (sql, parameters) => {
        queries++;
        return warehouse.query(sql, parameters);
      },
      rows: (relation, options) => warehouse.rows(relation, options),
      close: () => warehouse.close(),
    };
    scorer = new Scorer(counted, () => RECORDED);
  });
  afterEach(() => warehouse.close());

  const outcomes = async () =>
    (await exportRows(warehouse, tables.outcomes)).map(
      ({ symbol, origin_session, model_version, actual_close, error, naive_error, inside_90 }) =>
        [symbol, origin_session, model_version, actual_close, error, naive_error, inside_90] as const,
    );

  it('finds a forecast when its bar comes, and a bar when its forecast comes: a replay may be late', async () => {
    await warehouse.insert(tables.forecasts, [forecast('AAPL', '2020-03-16', '2020-03-17')]);
    await scorer.score({ symbol: 'AAPL', session: '2020-03-16' });
    expect(await outcomes()).toEqual([]);
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-17')]);
    await scorer.score({ symbol: 'AAPL', session: '2020-03-17' });
    await warehouse.insert(tables.bars, [bar('MSFT', '2020-03-17', 80)]);
    await scorer.score({ symbol: 'MSFT', session: '2020-03-17' });
    await warehouse.insert(tables.forecasts, [forecast('MSFT', '2020-03-16', '2020-03-17')]);
    await scorer.score({ symbol: 'MSFT', session: '2020-03-16' });
    expect(await outcomes()).toEqual([
      ['AAPL', '2020-03-16', 1, 99, 0.5, 1, true],
      ['MSFT', '2020-03-16', 1, 80, 19.5, 20, false],
    ]);
  });

  it('scores each version once, however often it is asked', async () => {
    await warehouse.insert(
      tables.forecasts,
      [1, 2].map((version) => forecast('AAPL', '2020-03-16', '2020-03-17', version)),
    );
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-17')]);
    for (let n = 0; n < 3; n++) await scorer.score({ symbol: 'AAPL', session: '2020-03-17' });
    expect((await outcomes()).map(([, , version]) => version)).toEqual([1, 2]);
  });

  it('scores ten sessions with the longest closing of the exchange between, and the turn of a year', async () => {
    await warehouse.insert(tables.forecasts, [forecast('AAPL', '2019-12-20', '2020-01-17')]);
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-01-17')]);
    await scorer.score({ symbol: 'AAPL', session: '2020-01-17' });
    await warehouse.insert(tables.forecasts, [forecast('AAPL', '2019-12-19', '2020-01-17')]);
    await scorer.score({ symbol: 'AAPL', session: '2019-12-19' });
    expect(await outcomes()).toHaveLength(2);
  });

  it('asks for many symbols that close at once by few queries', async () => {
    const symbols = Array.from({ length: 200 }, (_, n) => `S${n}`);
    await warehouse.insert(
      tables.forecasts,
      symbols.map((symbol) => forecast(symbol, '2020-03-16', '2020-03-17')),
    );
    await warehouse.insert(
      tables.bars,
      symbols.map((symbol) => bar(symbol, '2020-03-17')),
    );
    await Promise.all(symbols.map((symbol) => scorer.score({ symbol, session: '2020-03-17' })));
    expect(queries).toBe(1);
    expect(await outcomes()).toHaveLength(200);
  });
}

describe('scoring in DuckDB', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  scoring(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'closing-bell-scorer-'));
    folders.push(folder);
    return openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
  });
});

describeOnBigQueryEmulator('scoring in BigQuery on an emulator', (emulator) => {
  scoring(async () => {
    const url = `bigquery://${emulator.project}/${emulator.newDataset()}`;
    const options = { bigQueryEndpoint: emulator.url, bigQueryStorageEndpoint: emulator.grpcAddress };
    for (const resource of warehouseResources(url, 'EU', options)) await resource.apply();
    return openWarehouse(url, options);
  });
});

describe('scoring in a warehouse that is down', () => {
  it('fails for all that wait, by one query, so that their messages are tried again', async () => {
    let queries = 0;
    const down: Warehouse = {
      insert: () => Promise.reject(new Error('not asked')),
      query: () => {
        queries++;
        return Promise.reject(new WarehouseUnavailableError('down', { warehouse: 'w', code: 'HTTP 503' }));
      },
      rows: () => {
        throw new Error('not asked');
      },
      close: () => Promise.resolve(),
    };
    const scorer = new Scorer(down, () => RECORDED);
    const results = await Promise.allSettled(
      ['A', 'B', 'C'].map((symbol) => scorer.score({ symbol, session: '2020-03-16' })),
    );
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(queries).toBe(1);
  });
});
