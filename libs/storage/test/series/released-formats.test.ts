import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { openObjectStore, type Series, SeriesStore } from '../../src';
import { keysOf } from '../object-store-conformance';
import { temporaryFolders } from '../temporary-folder';

/**
 * What release 0.1 saved, key → bytes in base64. Never edited: a later release that writes otherwise gets a file of its own
 * beside it, and this one goes on being read.
 */
const RELEASED = join(__dirname, '../fixtures/snapshots-0.1.golden.json');
const SHA256 = '63cc3384bd7ae445c45bc07b84a7b3c271443463223604405050c49004ff0e89';
const PREVIOUS = '7e4bc2bafa1ca6bc09d7ce96f5f1f5ad48f25841910b572b2fd6f721e98f840b';
const session = '2020-01-03';
const series: Series = {
  sessions: ['2019-12-30', '2019-12-31', '2020-01-02', '2020-01-03'],
  columns: {
    close: Float64Array.of(3221.290039, 3230.780029, 3257.850098, 3234.850098),
    volume: Float64Array.of(3013290000, NaN, -0, 1e-300),
  },
};
const newFolder = temporaryFolders();

async function releasedStore(): Promise<ReturnType<typeof openObjectStore>> {
  const objects = openObjectStore(pathToFileURL(await newFolder()).href);
  const released = JSON.parse(readFileSync(RELEASED, 'utf8')) as Record<string, string>;
  for (const [key, bytes] of Object.entries(released)) await objects.createIfAbsent(key, Buffer.from(bytes, 'base64'));
  return objects;
}

describe('the snapshots of release 0.1', () => {
  it('are read', async () => {
    const objects = await releasedStore();
    const uri = objects.uri(`series/bars/_5EGSPC/snapshots/${session}-${SHA256}.json`);
    expect(await new SeriesStore(objects).load({ uri, sha256: SHA256 })).toEqual({
      kind: 'bars',
      symbol: '^GSPC',
      session,
      series,
      notes: { source: 'sample:', repairs: [] },
      revision: {
        previous: PREVIOUS,
        previousSession: '2020-01-02',
        revised: [{ from: '2019-12-31', to: '2019-12-31', sessions: 1, columns: ['volume'] }],
        inserted: [],
        removed: [],
        addedColumns: [],
        removedColumns: [],
      },
    });
  });

  it('are written to the same bytes today', async () => {
    const released = await releasedStore();
    const objects = openObjectStore(pathToFileURL(await newFolder()).href);
    const store = new SeriesStore(objects);
    const before: Series = {
      sessions: series.sessions.slice(0, 3),
      columns: {
        close: (series.columns['close'] ?? new Float64Array()).slice(0, 3),
        volume: Float64Array.of(3013290000, 2893810000, -0),
      },
    };
    const symbol = '^GSPC';
    const previous = await store.save({ kind: 'bars', symbol, session: '2020-01-02', series: before });
    const notes = { source: 'sample:', repairs: [] };
    await store.save({ kind: 'bars', symbol, session, series, notes, previous });
    const keys = await keysOf(objects);
    expect(keys).toEqual(await keysOf(released));
    for (const key of keys) expect((await objects.read(key))?.version).toBe((await released.read(key))?.version);
  });

  it('have segments that other Parquet readers understand', async () => {
    const objects = await releasedStore();
    const [, segment = ''] = await keysOf(objects, 'series/bars/_5EGSPC/segments/2019-');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const sql = `SELECT session::VARCHAR AS session, close, volume FROM '${fileURLToPath(objects.uri(segment))}'`;
    const rows = (await connection.runAndReadAll(sql)).getRowObjects();
    connection.closeSync();
    expect(rows).toEqual([
      { session: '2019-12-30', close: 3221.290039, volume: 3013290000 },
      { session: '2019-12-31', close: 3230.780029, volume: NaN },
    ]);
  });
});
