import {
  openWarehouse,
  type Relation,
  tables,
  type Warehouse,
  WarehouseUnavailableError,
} from '@closing-bell/warehouse';
import { type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage, type Server } from 'node:http';
import { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExportsController, WAREHOUSE } from '../../src/api/exports.controller';

const RECORDED = '2020-03-16T20:00:00.123Z';

/** A promise and what fulfils it. */
function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}

describe('exports over HTTP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-exports-'));
  let warehouse: Warehouse;
  let rows: Warehouse['rows'];
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    warehouse = await openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
    await warehouse.insert(tables.marketCloses, [
      { correlation_id: 'b', exchange: 'XNYS', session: null, detail: 'a "quote"', recorded_at: RECORDED },
      { correlation_id: 'a', exchange: 'XNYS', session: '2020-03-16', detail: '', recorded_at: RECORDED },
    ]);
    const given: Warehouse = {
      insert: () => Promise.reject(new Error('not asked')),
      query: () => Promise.reject(new Error('not asked')),
      rows: (relation, options) => rows(relation, options),
      close: () => Promise.resolve(),
    };
    const testing = await Test.createTestingModule({
      controllers: [ExportsController],
      providers: [{ provide: WAREHOUSE, useValue: given }],
    }).compile();
    app = testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/api/exports`;
  });
  beforeEach(() => {
    rows = (relation, options) => warehouse.rows(relation, options);
  });
  afterAll(async () => {
    await app.close();
    await warehouse.close();
    rmSync(folder, { recursive: true });
  });

  it('gives a table in the order of its key, as a file', async () => {
    const answer = await fetch(`${url}/market_closes`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="market_closes.csv"');
    expect(await answer.text()).toBe(
      'correlation_id,exchange,session,detail\na,XNYS,2020-03-16,""\nb,XNYS,,"a ""quote"""\n',
    );
  });

  it('gives the times of writing where they are asked for', async () => {
    const answer = await fetch(`${url}/market_closes?format=json&processing=true`);
    expect((await answer.text()).split('\n')[0]).toBe(
      `{"correlation_id":"a","exchange":"XNYS","session":"2020-03-16","detail":"","recorded_at":"${RECORDED}"}`,
    );
  });

  it.each([
    ['nonsense', 404, /there are events, market_closes/],
    ['bars%3B%20DROP%20TABLE%20bars', 404, /no table or view of that name/],
    ['bars?format=xlsx', 400, /format must be one of csv, json, parquet/],
  ])('refuses %s with %s', async (path, status, message) => {
    const answer = await fetch(`${url}/${path}`);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { message: string }).message).toMatch(message);
  });

  it('answers 503 where the warehouse is away from the beginning', async () => {
    rows = (): AsyncIterable<never> => {
      throw new WarehouseUnavailableError('it is down', { warehouse: 'w', code: 'HTTP 503' });
    };
    const answer = await fetch(`${url}/bars`);
    expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([503, 'it is down']);
  });

  it('breaks the connection where it fails on the way: half a file is not taken for a whole one', async () => {
    rows = async function* (relation: Relation) {
      for await (const some of warehouse.rows(relation)) yield some;
      throw new Error('the disk is gone');
    };
    const answer = await fetch(`${url}/market_closes`);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow(/terminated/);
    // And goes on answering.
    rows = (relation, options) => warehouse.rows(relation, options);
    expect((await fetch(`${url}/market_closes`)).status).toBe(200);
  });

  it('breaks the connection, rather than give no answer, where it fails right after the first rows', async () => {
    rows = async function* () {
      yield await Promise.resolve([{ correlation_id: 'a', exchange: 'XNYS', session: null, detail: '' }]);
      throw new Error('the disk is gone');
    };
    const answer = await fetch(`${url}/market_closes`);
    await expect(answer.text()).rejects.toThrow(/terminated/);
  });

  it('lets go of the rows where the reader leaves before the first of them', async () => {
    const asked = gate();
    const found = gate();
    const released = gate();
    rows = async function* () {
      try {
        asked.resolve();
        await found.promise;
        yield [{ correlation_id: 'a', exchange: 'XNYS', session: null, detail: '' }];
      } finally {
        released.resolve();
      }
    };
    const server = app.getHttpServer() as Server;
    const left = new Promise((resolve) => server.once('connection', (socket: Socket) => socket.once('close', resolve)));
    const request = get(`${url}/market_closes`, { agent: false }).on('error', () => undefined);
    await asked.promise;
    request.destroy();
    await left;
    found.resolve();
    await released.promise;
  });

  it('does not keep the service from stopping where a reader has stopped reading', async () => {
    const page = Array.from({ length: 1000 }, (_, n) => ({ correlation_id: `${n}`, detail: 'x'.repeat(1000) }));
    const released = gate();
    rows = async function* () {
      try {
        for (;;) yield await Promise.resolve(page);
      } finally {
        released.resolve();
      }
    };
    const stalled = await new Promise<IncomingMessage>((resolve) =>
      get(`${url}/market_closes`, { agent: false }, resolve),
    );
    const brokenOff = new Promise((resolve) => stalled.once('error', resolve));
    stalled.pause();
    await app.close();
    await released.promise;
    stalled.resume();
    await brokenOff;
  });
});
