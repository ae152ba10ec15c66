import { marketClosed } from '@closing-bell/contracts';
import { type OutgoingMessage } from '@closing-bell/messaging';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore } from '@closing-bell/storage';
import { exportRows, openWarehouse, tables, type Warehouse } from '@closing-bell/warehouse';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Action } from '../../src/api/answers';
import { type ApiUnderTest, runApi } from './running-api';
import { seedWorld } from './seeded-world';

const TOKEN = 'a-token-of-the-tests';

/** A real warehouse and objects; what is published is kept. */
describe('actions', () => {
  const template = mkdtempSync(join(tmpdir(), 'closing-bell-actions-'));
  let folder: string;
  let warehouse: Warehouse;
  let api: ApiUnderTest;
  let registry: LocalModelRegistry;
  let said: OutgoingMessage[];
  let sentBack: { id: string; topic: string; data: Buffer }[];
  const start = async (apiToken?: string) => {
    const objects = openObjectStore(pathToFileURL(join(folder, 'objects')).href);
    registry = new LocalModelRegistry(objects);
    const publisher = {
      publish: (outgoing: OutgoingMessage) => Promise.resolve(`id ${said.push(outgoing)}`),
      redrive: (letter: (typeof sentBack)[number]) => Promise.resolve(void sentBack.push(letter)),
    };
    api = await runApi({ warehouse, objects, publisher, ...(apiToken === undefined ? {} : { apiToken }) });
  };
  beforeAll(async () => {
    warehouse = await openWarehouse(`duckdb:${join(template, 'warehouse.duckdb')}`);
    await seedWorld(warehouse, openObjectStore(pathToFileURL(join(template, 'objects')).href));
    await warehouse.close();
  });
  afterAll(() => rmSync(template, { recursive: true }));
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-actions-'));
    cpSync(template, folder, { recursive: true });
    warehouse = await openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
    [said, sentBack] = [[], []];
  });
  afterEach(async () => {
    await api.close();
    await warehouse.close();
    rmSync(folder, { recursive: true });
  });

  const post = async (
    path: string,
    body?: object,
    { key, token = TOKEN }: { key?: string; token?: string } = {},
  ): Promise<[number, Action & { message: string }]> => {
    const answer = await fetch(`${api.url}/api/${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return [answer.status, (await answer.json()) as Action & { message: string }];
  };
  const recorded = async () => (await exportRows(warehouse, tables.actions)).filter(({ id }) => id !== 'asked-1');

  it('are off without a token of the monitor, whatever token is sent', async () => {
    await start();
    const [status, { message }] = await post('replays', { session: '2020-03-16' });
    expect([status, message]).toEqual([403, expect.stringContaining('set CLOSING_BELL_API_TOKEN')]);
    expect(await (await fetch(`${api.url}/api/instance`)).json()).toMatchObject({ actions: false });
    expect([said, await recorded()]).toEqual([[], []]);
  });

  it.each(['', 'another-token-of-16', `${TOKEN}x`])(
    'are refused to the token "%s", and leave no trace',
    async (token) => {
      await start(TOKEN);
      expect(await post('replays', { session: '2020-03-16' }, { token })).toMatchObject([
        401,
        { message: expect.stringContaining('missing or wrong') as string },
      ]);
      expect([said, await recorded()]).toEqual([[], []]);
    },
  );

  it('say a past close again, and tell which cascade that is', async () => {
    await start(TOKEN);
    const [status, action] = await post('replays', { session: '2020-03-16', symbols: ['AAPL'], forceRetrain: true });
    expect([status, action]).toMatchObject([
      200,
      { action: 'replay', outcome: 'done', detail: 'The close of 2020-03-16 was said again for AAPL.' },
    ]);
    expect(action.correlationId).toMatch(/^[0-9a-f]{32}$/);
    expect(said).toEqual([
      {
        contract: marketClosed,
        data: { exchange: 'XNYS', session: '2020-03-16', symbols: ['AAPL'], forceRetrain: true },
      },
    ]);
    const { actions } = (await (await fetch(`${api.url}/api/actions`)).json()) as { actions: Action[] };
    expect(actions[0]).toEqual(action);
  });

  it.each([
    ['2020-03-15', '2020-03-15 was no session of XNYS.'],
    ['2020-03-20', '2020-03-20 has not closed yet.'],
    ['1900-01-02', 'lies outside the calendar'],
  ])('refuse to replay %s, and record that', async (session, why) => {
    await start(TOKEN);
    const [status, { message }] = await post('replays', { session });
    expect([status, message]).toEqual([409, expect.stringContaining(why)]);
    expect(await recorded()).toMatchObject([{ action: 'replay', outcome: 'refused', detail: message }]);
    expect(said).toEqual([]);
  });

  it.each([
    [{ session: 'yesterday' }, 'session must be a day'],
    [{ session: '2020-03-16', symbols: [] }, 'symbols must be a list'],
    [{ session: '2020-03-16', symbols: ['A', 'A'] }, 'each once'],
    [{ session: '2020-03-16', forceRetrain: 'yes' }, 'forceRetrain must be true or false'],
    [{ from: '2020-03-16' }, 'there is no from in such a request'],
    [[], 'send a JSON object'],
    [undefined, 'send a JSON object'],
  ])('do nothing about %j', async (body, why) => {
    await start(TOKEN);
    const [status, { message }] = await post('replays', body);
    expect([status, message]).toEqual([400, expect.stringContaining(why)]);
    expect([said, await recorded()]).toEqual([[], []]);
  });

  it('take no bodies beyond some kilobytes', async () => {
    await start(TOKEN);
    const [status] = await post('replays', { session: '2020-03-16', symbols: ['A'.repeat(20_000)] });
    expect(status).toBe(413);
  });

  it('act once for a key, whether a request is repeated or comes twice at a time', async () => {
    await start(TOKEN);
    const ask = () => post('replays', { session: '2020-03-16' }, { key: 'click-1' });
    const [[, first], [, second]] = await Promise.all([ask(), ask()]);
    const [, third] = await ask();
    expect([second, third]).toEqual([first, first]);
    expect([said.length, (await recorded()).length]).toEqual([1, 1]);
    await post('replays', { session: '2020-03-16' }, { key: 'click-2' });
    expect(said).toHaveLength(2);
  });

  it('send a dead letter back to its topic as it came, once', async () => {
    await start(TOKEN);
    expect(await post('dead-letters/letter-1/redrive')).toMatchObject([
      200,
      { action: 'redrive', subject: 'letter-1' },
    ]);
    expect(sentBack).toMatchObject([{ id: 'letter-1', topic: 'ingestion-requested', orderingKey: 'MSFT' }]);
    expect(JSON.parse(String(sentBack[0]?.data))).toMatchObject({ symbol: 'MSFT' });
    expect(await (await fetch(`${api.url}/api/dead-letters/letter-1`)).json()).toMatchObject({ redriven: true });
    expect(await post('dead-letters/letter-1/redrive')).toMatchObject([409, { message: expect.stringContaining('sent again before') as string }]); // prettier-ignore
    expect(await post('dead-letters/none/redrive')).toMatchObject([404, { message: 'no dead letter none' }]);
    expect(sentBack).toHaveLength(1);
  });

  it('let another version serve from the next close on', async () => {
    await start(TOKEN);
    expect(await post('symbols/AAPL/promotions', { version: 2 })).toMatchObject([
      200,
      { detail: expect.stringMatching(/^AAPL version 2 \(blend\) serves from the next close after .+ in place of version 1\.$/) as string }, // prettier-ignore
    ]);
    expect((await registry.list('AAPL')).serving?.version).toBe(2);
    expect(await post('symbols/AAPL/promotions', { version: 2 })).toMatchObject([409, { message: 'AAPL version 2 serves already; nothing to do.' }]); // prettier-ignore
    expect(await post('symbols/AAPL/promotions', { version: 9 })).toMatchObject([409, { message: 'AAPL has no version 9; there are 1, 2.' }]); // prettier-ignore
    expect((await post('symbols/AAPL/promotions', { version: 1.5 }))[0]).toBe(400);
    expect((await recorded()).map(({ outcome }) => outcome).sort()).toEqual(['done', 'refused', 'refused']);
  });
});
