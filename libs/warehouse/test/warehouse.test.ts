import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork } from 'node:child_process';
import { exportRows, openWarehouse, type Row, tables, type Warehouse } from '../src';

const RECORDED = '2020-03-16T20:00:00.123Z';

function bar(symbol: string, session: string, close = 100.25): Row<typeof tables.bars> {
  return {
    symbol,
    session,
    open: 1 / 3,
    high: 101,
    low: 99,
    close,
    volume: null,
    source: 'sample',
    snapshot_uri: 'file:///x',
    snapshot_sha256: 'a'.repeat(64),
    repairs: 0,
    recorded_at: RECORDED,
  };
}

describe('the DuckDB warehouse', () => {
  let folder: string;
  let warehouse: Warehouse;
  const url = () => `duckdb:${join(folder, 'sub', 'warehouse.duckdb')}`;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-warehouse-'));
    warehouse = await openWarehouse(url());
  });
  afterEach(async () => {
    await warehouse.close();
    rmSync(folder, { recursive: true });
  });

  it('gives back what was written, to the bit', async () => {
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16', 0.1 + 0.2)]);
    const rows = await warehouse.query('SELECT * FROM bars');
    expect(rows).toEqual([{ ...bar('AAPL', '2020-03-16', 0.1 + 0.2), recorded_at: '2020-03-16T20:00:00.123Z' }]);
  });

  it('keeps lists and JSON', async () => {
    const forecast: Row<typeof tables.forecasts> = {
      symbol: 'AAPL',
      origin_session: '2020-03-16',
      horizon: 1,
      model_version: 0,
      forecaster: 'rolling-quantile',
      target_session: '2020-03-17',
      origin_close: 100,
      point: 100,
      quantiles: [1 / 3, 2.5, 1e-300],
      p05: 1,
      p25: 2,
      p75: 3,
      p95: 4,
      forecast_uri: 'file:///f',
      forecast_sha256: 'b',
      message_id: 'm',
      recorded_at: RECORDED,
    };
    await warehouse.insert(tables.forecasts, [forecast]);
    const [row] = await warehouse.query<{ quantiles: number[] }>('SELECT quantiles FROM forecasts');
    expect(row?.quantiles).toEqual([1 / 3, 2.5, 1e-300]);
  });

  it('keeps the first row of a key, whether the second comes in the same batch or later', async () => {
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16', 1), bar('AAPL', '2020-03-16', 2)]);
    await Promise.all([
      warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16', 3)]),
      warehouse.insert(tables.bars, [bar('AAPL', '2020-03-17', 4), bar('AAPL', '2020-03-17', 5)]),
    ]);
    expect(await warehouse.query('SELECT session, close FROM bars ORDER BY session')).toEqual([
      { session: '2020-03-16', close: 1 },
      { session: '2020-03-17', close: 4 },
    ]);
  });

  it('takes parameters as values, never as SQL', async () => {
    await warehouse.insert(tables.bars, [bar("A'; DROP TABLE bars; --", '2020-03-16')]);
    const rows = await warehouse.query('SELECT close FROM bars WHERE symbol = @symbol AND close > @least', {
      symbol: "A'; DROP TABLE bars; --",
      least: 1,
    });
    expect(rows).toEqual([{ close: 100.25 }]);
  });

  it('fails the insert that is at fault and writes the others that were waiting with it', async () => {
    const broken = { ...bar('AAPL', '2020-03-17'), session: 'not a day' };
    const results = await Promise.allSettled([
      warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]),
      warehouse.insert(tables.bars, [broken]),
      warehouse.insert(tables.bars, [bar('AAPL', '2020-03-18')]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await warehouse.query('SELECT session FROM bars ORDER BY session')).toEqual([
      { session: '2020-03-16' },
      { session: '2020-03-18' },
    ]);
  });

  it('exports in the order of the key and without the times of writing', async () => {
    await warehouse.insert(tables.bars, [bar('MSFT', '2020-03-16'), bar('AAPL', '2020-03-17')]);
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    const rows = await exportRows(warehouse, tables.bars);
    expect(rows.map(({ symbol, session }) => [symbol, session])).toEqual([
      ['AAPL', '2020-03-16'],
      ['AAPL', '2020-03-17'],
      ['MSFT', '2020-03-16'],
    ]);
    expect(rows[0]).not.toHaveProperty('recorded_at');
  });

  it('has all tables again when it is opened again, with their rows', async () => {
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    await warehouse.close();
    warehouse = await openWarehouse(url());
    for (const table of Object.values(tables)) await exportRows(warehouse, table);
    expect(await warehouse.query('SELECT symbol FROM bars')).toEqual([{ symbol: 'AAPL' }]);
  });

  it('loses nothing that was written when its process is killed', async () => {
    await warehouse.close();
    const script = `
      const { DuckDBInstance } = require('@duckdb/node-api');
      (async () => {
        const db = await (await DuckDBInstance.create(process.argv[1])).connect();
        await db.run("INSERT INTO market_closes VALUES ('c', 'XNYS', '2020-03-16', '', now()::TIMESTAMP)");
        process.send('written');
        setInterval(() => {}, 1000);
      })();`;
    const child = fork('-e', [script, url().slice('duckdb:'.length)], {
      execArgv: [],
      stdio: 'ignore',
      cwd: process.cwd(),
    });
    await new Promise((resolve) => child.once('message', resolve));
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    warehouse = await openWarehouse(url());
    expect(await warehouse.query('SELECT session FROM market_closes')).toEqual([{ session: '2020-03-16' }]);
  });
});

describe('openWarehouse', () => {
  it('says which warehouses there are when it knows none of that kind', async () => {
    await expect(openWarehouse('sqlite:x')).rejects.toThrow('known are duckdb:');
  });
});
