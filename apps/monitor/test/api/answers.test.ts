import { openObjectStore } from '@closing-bell/storage';
import { openWarehouse, type Warehouse, warehouseResources } from '@closing-bell/warehouse';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeOnBigQueryEmulator } from '../../../../libs/warehouse/test/bigquery/real-bigquery-emulator';
import { type ApiUnderTest, runApi } from './running-api';
import { type Schema, schemaFault } from './schema-fault';
import { ADDRESSES, LAST, RUN, SECOND, seedWorld } from './seeded-world';

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { schema: Schema }>> }>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const folder = mkdtempSync(join(tmpdir(), 'closing-bell-api-'));
const objects = openObjectStore(pathToFileURL(join(folder, 'objects')).href);
let warehouse: Warehouse;
let api: ApiUnderTest;
let description: Description;
beforeAll(async () => {
  warehouse = await openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
  await seedWorld(warehouse, objects);
  api = await runApi({ warehouse, objects });
  description = (await (await fetch(`${api.url}/api/openapi.json`)).json()) as Description;
});
afterAll(async () => {
  await api.close();
  await warehouse.close();
  rmSync(folder, { recursive: true });
});

const answerOf = async (path: string): Promise<unknown> => {
  const answer = await fetch(`${api.url}/api/${path}`);
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body;
};

/** The described path that an address is of. */
function pathOf(address: string): string {
  const asked = `/api/${address.split('?')[0]}`.split('/');
  const found = Object.keys(description.paths)
    .filter((path) => {
      const parts = path.split('/');
      return (
        parts.length === asked.length && parts.every((part, index) => part.startsWith('{') || part === asked[index])
      );
    })
    // A word goes before a parameter.
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  if (found === undefined) throw new Error(`${address} is not described`);
  return found;
}

describe('the API’s description', () => {
  it('has every route of every controller, and no other', () => {
    const routes = [...api.app.get(ModulesContainer).values()].flatMap((module) =>
      [...module.controllers.values()].flatMap(({ metatype }) => {
        const base = Reflect.getMetadata(PATH_METADATA, metatype as object) as string;
        const prototype = (metatype as { prototype: Record<string, object> }).prototype;
        return Object.getOwnPropertyNames(prototype).flatMap((name) => {
          const handler = name === 'constructor' ? undefined : prototype[name];
          const path = handler && (Reflect.getMetadata(PATH_METADATA, handler) as string | undefined);
          if (!handler || path === undefined) return [];
          const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] ?? '';
          const whole = `/${base}/${path}`.replace(/\/+$/, '').replace(/\/+/g, '/');
          return [`${method} ${whole.replace(/:(\w+)/g, '{$1}')}`];
        });
      }),
    );
    const described = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(routes.sort());
    expect(described.length).toBeGreaterThan(20);
  });

  it('says of each what it is for, what each parameter means and what each answer is', () => {
    for (const [path, operations] of Object.entries(description.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [method, { summary, parameters = [], responses }] of Object.entries(operations)) {
        const where = `${method} ${path}`;
        expect([where, summary]).toEqual([where, expect.stringMatching(/\S/)]);
        const named = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
        expect([where, named.sort()]).toEqual([where, inPath.sort()]);
        for (const one of [...parameters, ...Object.values(responses)]) {
          expect([where, one.description]).toEqual([where, expect.stringMatching(/\S/)]);
        }
      }
    }
  });

  it('is shown by a page of ours', async () => {
    const page = await fetch(`${api.url}/api/docs`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Closing Bell API')]);
  });

  it.each(ADDRESSES)('says exactly the fields of the answer to %s', async (address) => {
    const { schema } =
      description.paths[pathOf(address)]?.['get']?.responses['200']?.content?.['application/json'] ?? {};
    if (!schema) throw new Error(`the answer to ${address} is not described`);
    expect(schemaFault(await answerOf(address), schema, description.components.schemas)).toBeUndefined();
  });

  it('is met by every answer of the API’s that can be had by GET', () => {
    const asked = new Set(ADDRESSES.map((address) => pathOf(address)));
    const readable = Object.entries(description.paths).flatMap(([path, { get }]) =>
      get?.responses['200']?.content?.['application/json'] ? [path] : [],
    );
    expect(readable.filter((path) => !asked.has(path))).toEqual([]);
  });
});

describe('the API', () => {
  it('tells who needs somebody first, and why', async () => {
    expect(await answerOf(`sessions/${LAST}`)).toMatchObject({
      symbols: 2,
      forecasts: 1,
      running: 1,
      drift: 1,
      endedAt: null,
      runs: [
        { symbol: 'MSFT', state: 'retrying', step: 'compute features', attempts: 2, detail: 'The disk is full.' },
        { symbol: 'AAPL', state: 'done', step: 'forecast after drift', seconds: 15, drifted: true },
      ],
    });
    expect(await answerOf(`sessions/${RUN[2]}?state=failed`)).toMatchObject({
      failed: 1,
      runs: [{ symbol: 'MSFT', state: 'failed', detail: 'ingestor.ingestion-requested: The source is away.' }],
    });
  });

  it('goes through all runs of a session page by page', async () => {
    const first = (await answerOf(`sessions/${LAST}?limit=1`)) as { runs: { symbol: string }[]; next: string };
    const second = (await answerOf(`sessions/${LAST}?limit=1&after=${first.next}`)) as typeof first;
    expect([...first.runs, ...second.runs].map(({ symbol }) => symbol)).toEqual(['MSFT', 'AAPL']);
    expect(second.next).toBeNull();
  });

  it('goes back through bars, dead letters and sessions page by page, without gap or overlap', async () => {
    type Page = { next: string | null; bars?: { session: string }[]; letters?: { id: string }[]; sessions?: object[] };
    const all = async (path: string, parameter: string): Promise<Page[]> => {
      const pages: Page[] = [];
      for (let next: string | null = ''; next !== null; next = pages.at(-1)?.next ?? null) {
        pages.push(
          (await answerOf(`${path}${next === '' ? '' : `&${parameter}=${encodeURIComponent(next)}`}`)) as Page,
        );
      }
      return pages;
    };
    const bars = (await all('symbols/AAPL/bars?limit=4', 'to')).reverse().flatMap((page) => page.bars ?? []);
    expect(bars.map(({ session }) => session)).toEqual(RUN);
    const letters = (await all('dead-letters?limit=1', 'before')).flatMap((page) => page.letters ?? []);
    expect(letters.map(({ id }) => id)).toEqual(['letter-1', 'letter-2']);
    const sessions = (await all('sessions?limit=4', 'before')).flatMap((page) => page.sessions ?? []);
    expect(sessions).toMatchObject(RUN.toReversed().map((session) => ({ session })));
  });

  it('reads indicators as they were stored, up to the session that is asked for', async () => {
    expect(await answerOf(`symbols/AAPL/indicators?names=rsi_14&limit=2&to=${SECOND}`)).toMatchObject({
      session: SECOND,
      sessions: [RUN[0], SECOND],
      columns: { rsi_14: [expect.any(Number), expect.any(Number)] },
    });
  });

  it('tells the newest version’s forecast where drift led to a second one', async () => {
    expect(await answerOf('symbols/AAPL/forecast')).toMatchObject({ originSession: LAST, modelVersion: 2 });
  });

  it('scores what has matured and lets the rest say what it expects', async () => {
    const { horizons, expected, rolling } = (await answerOf('symbols/AAPL/performance?window=2')) as {
      horizons: { horizon: number; forecasts: number; skill: number }[];
      expected: { horizon: number; forecasts: number; expectedCrps: number }[];
      rolling: { session: string; forecasts: number }[];
    };
    expect(horizons[0]).toMatchObject({ horizon: 1, forecasts: 5, skill: 0.5 });
    expect(expected.find(({ horizon }) => horizon === 1)?.forecasts).toBe(1);
    expect(expected.find(({ horizon }) => horizon === 10)?.forecasts).toBe(6);
    for (const { expectedCrps } of expected) expect(expectedCrps).toBeGreaterThan(0);
    expect(rolling.map(({ forecasts }) => forecasts)).toEqual([1, 2, 2, 2, 2]);
  });

  it('leads from a forecast to the commit, the bars and the close that began it', async () => {
    const { nodes } = (await answerOf(`symbols/AAPL/lineage?origin=${RUN[0]}`)) as {
      nodes: { kind: string; id: string; title: string; from: string[] }[];
    };
    const ids = new Set(nodes.map(({ id }) => id));
    expect(nodes.flatMap(({ from }) => from).filter((id) => !ids.has(id))).toEqual([]);
    expect(nodes.find(({ kind }) => kind === 'code')?.title).toBe('0.1.0 at abc1234');
    expect(nodes.filter(({ kind }) => kind === 'message').at(-1)?.title).toBe('market-closed');
  });

  it.each([
    ['symbols/aapl/bars', 400, 'is not a ticker symbol'],
    ['symbols/AAPL/bars?limit=2001', 400, 'limit must be a whole number from 1 to 2000'],
    ['symbols/AAPL/bars?to=2020-02-30', 400, 'is not a day YYYY-MM-DD'],
    ['symbols/AAPL/bars?to=2020-02-28&to=2020-02-27', 400, 'to is given twice'],
    ['symbols/AAPL/forecasts?horizon=11', 400, 'horizon must be a whole number from 1 to 10'],
    ['symbols/AAPL/indicators?names=nothing', 404, 'there is no feature nothing; there are'],
    ['symbols/NONE/bars', 404, 'nothing is known of NONE'],
    ['symbols/AAPL/forecast?origin=2019-01-02', 404, 'no forecast of AAPL from 2019-01-02'],
    ['symbols/AAPL/decisions/2020-03-12/by-hand', 400, 'trigger must be one of'],
    ['sessions/2019-01-02', 404, '2019-01-02 was not run'],
    [`sessions/${LAST}/symbols/NONE`, 404, 'NONE was not run'],
    [`sessions/${LAST}/symbols/AAPL?correlation=other`, 404, 'in the cascade other'],
    ['dead-letters/none', 404, 'no dead letter none'],
    ['dead-letters?before=x', 400, 'is not what an answer gave as next'],
  ])('answers %s with %d and a sentence', async (path, status, words) => {
    const answer = await fetch(`${api.url}/api/${path}`);
    const { message } = (await answer.json()) as { message: string };
    expect([answer.status, message]).toEqual([status, expect.stringContaining(words)]);
  });
});

describeOnBigQueryEmulator('the API on BigQuery on an emulator', (emulator) => {
  it('answers as it does on DuckDB, whatever is asked', async () => {
    const url = `bigquery://${emulator.project}/${emulator.newDataset()}`;
    const options = { bigQueryEndpoint: emulator.url, bigQueryStorageEndpoint: emulator.grpcAddress };
    for (const resource of warehouseResources(url, 'EU', options)) await resource.apply();
    const other = await openWarehouse(url, options);
    await seedWorld(other, objects);
    const onBigQuery = await runApi({ warehouse: other, objects });
    try {
      for (const address of ADDRESSES) {
        const answer: unknown = await (await fetch(`${onBigQuery.url}/api/${address}`)).json();
        expect([address, answer]).toEqual([address, await answerOf(address)]);
      }
    } finally {
      await onBigQuery.close();
      await other.close();
    }
  }, 600_000);
});
