import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWarehouse } from '../../src';
import { runTypeScript } from '../../../storage/test/run-typescript';

const EXPORTER = require.resolve('./export-memory');
const MEGABYTE = 2 ** 20;

/** Real processes, a real file. */
describe('an export of 200,000 forecasts', () => {
  let folder: string;
  let few: string;
  let many: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-export-'));
    few = await databaseWith(100_000);
    many = await databaseWith(200_000);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function databaseWith(rows: number): Promise<string> {
    const path = join(folder, `${rows}.duckdb`);
    await (await openWarehouse(`duckdb:${path}`)).close();
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run(
      `INSERT INTO forecasts SELECT 'S' || n // 1000, DATE '2000-01-01' + CAST(n % 1000 AS INTEGER), 1, n, 'blend', DATE '2020-03-17',
         100 + n / 7, 100 + n / 3, list_transform(range(39), k -> n / (k + 3)), 90, 95, 105, 110, 'file:///forecast/' || n, md5('' || n),
         md5('m' || n), TIMESTAMP '2020-03-16 20:00:00' FROM range(${rows}) AS t(n)`,
    );
    connection.closeSync();
    instance.closeSync();
    return path;
  }

  it.each([
    ['csv', 150],
    ['json', 150],
    ['parquet', 40],
  ])('as %s takes about as much memory of its own as one of 100,000', async (format, megabytes) => {
    const to = join(folder, `export.${format}`);
    // Of Node’s: what DuckDB sorts in is its own, and spills to disk. Before the first collections some hundred megabytes pile up.
    const heapOf = async (database: string) =>
      (JSON.parse(await runTypeScript(EXPORTER, database, 'forecasts', format, to)) as { heap: number }).heap;
    const heapOfFew = await heapOf(few);
    const heapOfMany = await heapOf(many);
    expect(statSync(to).size).toBeGreaterThan(megabytes * MEGABYTE * 0.9);
    expect(heapOfMany - heapOfFew).toBeLessThan(100 * MEGABYTE);
  });
});
