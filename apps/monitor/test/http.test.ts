import { openObjectStore } from '@closing-bell/storage';
import { openWarehouse, type Warehouse } from '@closing-bell/warehouse';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ApiUnderTest, runApi } from './api/running-api';
import { seedWorld } from './api/seeded-world';

const HTML = { headers: { Accept: 'text/html,*/*' } };

describe('what the monitor serves over HTTP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-http-'));
  const dashboard = join(folder, 'web');
  let warehouse: Warehouse;
  let api: ApiUnderTest;
  beforeAll(async () => {
    warehouse = await openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
    const objects = openObjectStore(pathToFileURL(join(folder, 'objects')).href);
    await seedWorld(warehouse, objects);
    api = await runApi({ warehouse, objects, dashboard });
  });
  afterAll(async () => {
    await api.close();
    await warehouse.close();
    rmSync(folder, { recursive: true });
  });

  it('says how to build the dashboard where it is not built', async () => {
    const answer = await fetch(api.url, HTML);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('make web')]);
  });

  it('is the dashboard once it is built: its page for every address of a page, its files, and nothing for others', async () => {
    mkdirSync(join(dashboard, 'assets'), { recursive: true });
    writeFileSync(join(dashboard, 'index.html'), '<title>Dashboard</title>');
    writeFileSync(join(dashboard, 'icon.svg'), '<svg/>');
    writeFileSync(join(dashboard, 'assets', 'page-abc.js'), 'export {};');
    for (const path of ['', '/', '/symbols/AAPL', '/sessions/2020-03-16']) {
      const answer = await fetch(`${api.url}${path}`, HTML);
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, '<title>Dashboard</title>']);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    }
    expect((await fetch(`${api.url}/icon.svg`)).headers.get('cache-control')).toBe('no-cache');
    const script = await fetch(`${api.url}/assets/page-abc.js`);
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    for (const path of ['/assets/page-old.js', '/api/nothing', '/health/nothing', '/../package.json']) {
      expect([path, (await fetch(`${api.url}${path}`, path.startsWith('/..') ? {} : HTML)).status]).toEqual([
        path,
        404,
      ]);
    }
    expect((await fetch(`${api.url}/symbols/AAPL`)).status).toBe(404);
  });

  it('lets no script run that is not ours, and no other site read it', async () => {
    const { headers } = await fetch(`${api.url}/api/docs`);
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const asked = await fetch(`${api.url}/api/instance`, { headers: { Origin: 'https://elsewhere.example' } });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers 304 to who has it already, and asks to be asked again', async () => {
    const url = `${api.url}/api/symbols/AAPL/bars`;
    const { headers } = await fetch(url);
    expect(headers.get('cache-control')).toBe('no-cache');
    // As a browser asks; fetch of Node would add that it takes no 304.
    const status = await new Promise((resolve, reject) => {
      const asked = get(url, { headers: { 'If-None-Match': headers.get('etag') ?? '' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject);
    });
    expect(status).toBe(304);
  });

  it('compresses what is large', async () => {
    const answer = await fetch(`${api.url}/api/symbols/AAPL/indicators`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(await answer.json()).toMatchObject({ symbol: 'AAPL' });
  });
});
