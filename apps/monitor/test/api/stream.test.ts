import { openObjectStore } from '@closing-bell/storage';
import { type Warehouse } from '@closing-bell/warehouse';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Recorded } from '../../src/api/answers';
import { type ApiUnderTest, runApi } from './running-api';

const UNASKED: Warehouse = {
  insert: () => Promise.reject(new Error('not asked')),
  query: () => Promise.reject(new Error('not asked')),
  rows: () => {
    throw new Error('not asked');
  },
  close: () => Promise.resolve(),
};

const news = (symbol: string, topic = 'bars-ingested'): Recorded => ({
  ...{ topic, symbol, session: '2020-03-16', correlationId: 'c' },
});

describe('the stream of news', () => {
  let folder: string;
  let api: ApiUnderTest;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-stream-'));
    api = await runApi({ warehouse: UNASKED, objects: openObjectStore(pathToFileURL(folder).href) });
  });
  afterEach(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  const open = (): Promise<{ answer: IncomingMessage; until: (end: (text: string) => boolean) => Promise<string> }> =>
    new Promise((resolve, reject) => {
      get(`${api.url}/api/stream`, { headers: { 'Accept-Encoding': 'gzip' } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        const until = (end: (text: string) => boolean): Promise<string> =>
          new Promise((settle, fail) => {
            const look = (): void => {
              if (end(text)) settle(text);
            };
            answer.on('data', look);
            answer.once('end', () => (end(text) ? settle(text) : fail(new Error(`it ended after: ${text}`))));
            look();
          });
        resolve({ answer, until });
      }).on('error', reject);
    });
  const eventsIn = (text: string): Recorded[] =>
    [...text.matchAll(/^event: recorded\ndata: (.+)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Recorded);

  it('tells every page that is open what was recorded, at once and not compressed', async () => {
    const pages = await Promise.all([open(), open()]);
    await Promise.all(pages.map(({ until }) => until((text) => text.startsWith(': open'))));
    api.onRecorded(news('AAPL'));
    for (const { answer, until } of pages) {
      expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8' });
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(eventsIn(await until((text) => text.includes('event:')))).toEqual([news('AAPL')]);
      answer.destroy();
    }
  });

  it('tells the same thing once, and a burst by topic and session', async () => {
    const { answer, until } = await open();
    await until((text) => text.startsWith(': open'));
    for (const symbol of ['AAPL', 'AAPL', 'MSFT']) api.onRecorded(news(symbol));
    expect(eventsIn(await until((text) => text.includes('MSFT')))).toEqual([news('AAPL'), news('MSFT')]);
    for (let n = 0; n < 400; n += 1) api.onRecorded(news(`S${n}`, 'forecast-made'));
    const told = eventsIn(await until((text) => text.includes('forecast-made'))).slice(2);
    expect(told).toEqual([{ ...news('', 'forecast-made'), symbol: null }]);
    answer.destroy();
  });

  it('ends when the monitor stops, which an open page does not hold up', async () => {
    const { answer, until } = await open();
    await until((text) => text.startsWith(': open'));
    const ended = new Promise((resolve) => answer.once('close', resolve));
    await api.close();
    await ended;
    api = await runApi({ warehouse: UNASKED, objects: openObjectStore(pathToFileURL(folder).href) });
  });
});
