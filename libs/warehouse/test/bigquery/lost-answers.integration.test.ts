import { status } from '@grpc/grpc-js';
import { exportRows, tables, type Warehouse, warehouseResources } from '../../src';
import { BigQueryWarehouse } from '../../src/bigquery/bigquery-warehouse';
import { startTypeScript } from '../../../storage/test/run-typescript';
import { bar } from '../bar';
import { AppendProxy } from './append-proxy';
import { describeOnBigQueryEmulator } from './real-bigquery-emulator';

const WRITER = require.resolve('./bar-writer');
// An attempt may take seconds: on a machine shared with other work the emulator answers a small query after more than one.
const QUICK = { totalMs: 60_000, attemptMs: 5000, firstPauseMs: 10, longestPauseMs: 50 };

describeOnBigQueryEmulator('appends to BigQuery', (emulator) => {
  let proxy: AppendProxy;
  let datasetId: string;
  let warehouse: Warehouse;
  const location = () => ({ projectId: emulator.project, datasetId });
  const openBy = (storageEndpoint: string) =>
    BigQueryWarehouse.open(location(), { endpoint: emulator.url, storageEndpoint, limits: QUICK, random: () => 0.5 });

  beforeEach(async () => {
    datasetId = emulator.newDataset();
    const options = { bigQueryEndpoint: emulator.url };
    for (const one of warehouseResources(`bigquery://${emulator.project}/${datasetId}`, 'EU', options))
      await one.apply();
    proxy = new AppendProxy(() => emulator.grpcAddress);
    await proxy.start();
    warehouse = await openBy(proxy.address);
  });
  afterEach(async () => {
    await warehouse.close();
    proxy.stop();
  });

  const counts = async () =>
    (
      await warehouse.query<{ there: number; appended: number }>(
        'SELECT (SELECT COUNT(*) FROM bars) AS there, (SELECT COUNT(*) FROM bars_appends) AS appended',
      )
    )[0];

  it('whose answer is lost are repeated; the row, appended twice, is there once, as it was first', async () => {
    proxy.faultOnce('lose');
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    expect(await counts()).toEqual({ there: 1, appended: 2 });
    expect(await exportRows(warehouse, tables.bars)).toHaveLength(1);
  });

  it('that are never answered are given up after a time and repeated', async () => {
    proxy.faultOnce('swallow');
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    expect(await counts()).toEqual({ there: 1, appended: 2 });
  });

  it.each([
    ['UNAVAILABLE', status.UNAVAILABLE],
    ['RESOURCE_EXHAUSTED', status.RESOURCE_EXHAUSTED],
    ['INTERNAL', status.INTERNAL],
    ['ABORTED', status.ABORTED],
  ])('refused with %s are repeated until they are taken', async (_, code) => {
    proxy.faultOnce({ code, details: 'not now' }, 3);
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    expect(proxy.appends).toBe(4);
    expect(await counts()).toEqual({ there: 1, appended: 1 });
  });

  it.each([
    [
      'PERMISSION_DENIED',
      status.PERMISSION_DENIED,
      /the account has no permission \(.*roles\/bigquery\.dataEditor on the dataset/,
    ],
    ['NOT_FOUND', status.NOT_FOUND, /is not there .*`closing-bell setup` makes what is missing/],
    ['UNAUTHENTICATED', status.UNAUTHENTICATED, /no valid credentials.*gcloud auth application-default login/],
    ['INVALID_ARGUMENT', status.INVALID_ARGUMENT, /BigQuery refused the request \(.*not so\)/],
  ])('refused with %s fail at once, with one line that says what to do', async (_, code, message) => {
    proxy.faultOnce({ code, details: 'not so' }, 100);
    const failure = await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]).catch((error: Error) => error);
    expect(failure).toMatchObject({
      name: 'WarehouseUnavailableError',
      message: expect.stringMatching(message) as string,
    });
    expect((failure as Error).message).not.toContain('\n');
    expect((failure as Error).message).toContain(
      `Cannot append to bars_appends in bigquery://closing-bell/${datasetId}: `,
    );
    expect(proxy.appends).toBe(1);
    proxy.faultOf = () => 'pass';
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    expect(await counts()).toEqual({ there: 1, appended: 1 });
  });

  it('go on by another stream where the one before was ended while nothing was under way', async () => {
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
    await proxy.endStreams();
    await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-17')]);
    expect(await counts()).toMatchObject({ there: 2 });
  });

  it('of many inserts at once share requests', async () => {
    await warehouse.insert(tables.bars, [bar('FIRST', '2020-03-16')]);
    const before = proxy.appends;
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => warehouse.insert(tables.bars, [bar(`S${n}`, '2020-03-17')])),
    );
    expect(proxy.appends - before).toBeLessThanOrEqual(2);
    expect(await counts()).toEqual({ there: 501, appended: 501 });
  });

  it('of more than a request takes go in several', async () => {
    const wide = Array.from({ length: 60 }, (_, n) => ({ ...bar(`S${n}`, '2020-03-17'), source: 'x'.repeat(300_000) }));
    await warehouse.insert(tables.bars, wide);
    expect(proxy.appends).toBe(6);
    expect(await counts()).toEqual({ there: 60, appended: 60 });
  });

  it('of writers that are killed at any moment, each repeated as a redelivery is, leave every row once', async () => {
    const SYMBOLS = 40;
    for (const milliseconds of [50, 150, 300, 450, 600, 900]) {
      const { project, url, grpcAddress } = emulator;
      const writer = startTypeScript(WRITER, project, datasetId, url, grpcAddress, String(SYMBOLS));
      const gone = new Promise((resolve) => writer.once('exit', resolve));
      await new Promise((resolve) => writer.stdout?.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      writer.kill('SIGKILL');
      await gone;
    }
    // What Pub/Sub delivers again, now to a writer that lives.
    await Promise.all(
      Array.from({ length: SYMBOLS }, (_, n) => warehouse.insert(tables.bars, [bar(`S${n}`, '2020-03-16', n)])),
    );
    const { there, appended } = (await counts())!;
    expect(there).toBe(SYMBOLS);
    expect(appended).toBeGreaterThan(SYMBOLS);
    const rows = await exportRows(warehouse, tables.bars);
    expect(new Set(rows.map(({ symbol, close }) => `${String(symbol)} ${String(close)}`)).size).toBe(SYMBOLS);
    expect(rows.every(({ symbol, close }) => symbol === `S${String(close)}`)).toBe(true);
  });
});
