import { DuckDBInstance } from '@duckdb/node-api';
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportRows, openWarehouse, tables, views, type Warehouse } from '../../src';
import { bar } from '../bar';
import { warehouseConformance } from '../warehouse-conformance';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-warehouse-'));
  folders.push(folder);
  return join(folder, 'sub', 'warehouse.duckdb');
}

async function runIn(path: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

describe('the DuckDB warehouse', () => {
  warehouseConformance(
    async () => {
      const path = newPath();
      return { open: () => openWarehouse(`duckdb:${path}`) };
    },
    { severalWriters: 'one process alone may open a DuckDB file; the monitor is that one' },
  );

  it('loses nothing that was written when its process is killed', async () => {
    const path = newPath();
    await (await openWarehouse(`duckdb:${path}`)).close();
    const script = `
      const { DuckDBInstance } = require('@duckdb/node-api');
      (async () => {
        const db = await (await DuckDBInstance.create(process.argv[1])).connect();
        await db.run("INSERT INTO market_closes VALUES ('c', 'XNYS', '2020-03-16', '', now()::TIMESTAMP)");
        process.send('written');
        setInterval(() => {}, 1000);
      })();`;
    const child = fork('-e', [script, path], { execArgv: [], stdio: 'ignore', cwd: process.cwd() });
    await new Promise((resolve) => child.once('message', resolve));
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const warehouse = await openWarehouse(`duckdb:${path}`);
    expect(await warehouse.query('SELECT session FROM market_closes')).toEqual([{ session: '2020-03-16' }]);
    await warehouse.close();
  });

  it('says who holds the file when another process does', async () => {
    const path = newPath();
    await (await openWarehouse(`duckdb:${path}`)).close();
    const script = `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then(() => { process.send('open'); setInterval(() => {}, 1000); });`;
    const child = fork('-e', [script, path], { execArgv: [], stdio: 'ignore', cwd: process.cwd() });
    await new Promise((resolve) => child.once('message', resolve));
    await expect(openWarehouse(`duckdb:${path}`)).rejects.toThrow(
      'is open in another process, which alone may write it',
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  });
});

describe('a DuckDB file of an older release', () => {
  const MADE_BY_0_1 = readFileSync(join(__dirname, 'fixtures/release-0.1.sql'), 'utf8').split(/;\n/).filter(Boolean);
  let warehouse: Warehouse | undefined;
  afterEach(() => warehouse?.close());

  it('of 0.1 is brought forward with its rows, and takes new ones', async () => {
    const path = newPath();
    await (await openWarehouse(`duckdb:${path}`)).close();
    rmSync(path);
    await runIn(path, ...MADE_BY_0_1);
    warehouse = await openWarehouse(`duckdb:${path}`);
    expect(await warehouse.query('SELECT symbol, decision, reason_codes FROM model_decisions')).toEqual([
      { symbol: '^GSPC', decision: 'kept', reason_codes: null },
    ]);
    await warehouse.insert(tables.modelDecisions, [
      {
        symbol: 'AAPL',
        session: '2020-03-16',
        trigger: 'features-computed',
        decision: 'promoted',
        reasons: '[]',
        reason_codes: 'age,drift',
        model_version: 2,
        record_uri: 'file:///r',
        record_sha256: 'r',
        message_id: 'm2',
        recorded_at: '2020-03-16T20:00:00.000Z',
      },
    ]);
    expect(
      await warehouse.query('SELECT symbol, reason_codes, record_uri FROM model_decisions ORDER BY symbol'),
    ).toEqual([
      { symbol: 'AAPL', reason_codes: 'age,drift', record_uri: 'file:///r' },
      { symbol: '^GSPC', reason_codes: null, record_uri: 'file:///record' },
    ]);
    for (const relation of [...Object.values(tables), ...Object.values(views)]) await exportRows(warehouse, relation);
  });

  it('is opened again and again without a change', async () => {
    const path = newPath();
    for (let n = 1; n <= 3; n++) {
      warehouse = await openWarehouse(`duckdb:${path}`);
      await warehouse.insert(tables.bars, [bar(`S${n}`, '2020-03-16')]);
      expect(await warehouse.query('SELECT COUNT(*) AS bars FROM bars')).toEqual([{ bars: n }]);
      await warehouse.close();
    }
    warehouse = undefined;
  });

  it('that cannot be brought forward is refused with what is wrong and what to do', async () => {
    const path = newPath();
    await (await openWarehouse(`duckdb:${path}`)).close();
    await runIn(
      path,
      'DROP VIEW coverage_by_month',
      'DROP VIEW forecast_vs_actual',
      'ALTER TABLE outcomes ALTER COLUMN crps TYPE VARCHAR',
    );
    await expect(openWarehouse(`duckdb:${path}`)).rejects.toThrow(
      /table outcomes: column crps is VARCHAR, not DOUBLE\. .*replay the closes into a new one/,
    );
  });

  it('that has columns of a newer release is read and written without them', async () => {
    const path = newPath();
    await (await openWarehouse(`duckdb:${path}`)).close();
    await runIn(path, 'ALTER TABLE bars ADD COLUMN adjusted DOUBLE');
    warehouse = await openWarehouse(`duckdb:${path}`);
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    expect(await exportRows(warehouse, tables.bars)).toHaveLength(1);
  });
});

describe('openWarehouse', () => {
  it('says which warehouses there are when it knows none of that kind', async () => {
    await expect(openWarehouse('sqlite:x')).rejects.toThrow(
      'known are duckdb:/path/to/file and bigquery://project/dataset',
    );
  });

  it('says how a dataset is written', async () => {
    await expect(openWarehouse('bigquery://project')).rejects.toThrow('write bigquery://project/dataset');
  });
});
