import { mkdtemp, rm, writeFile, mkdir, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { cleanBars, openMarketData, SourceUnavailableError, type YahooDependencies } from '@closing-bell/market';
import { calmRows, xnys } from '../fixtures/bars';

const unexpected = (): never => {
  throw new Error('nobody expected this call');
};
const noNetwork: YahooDependencies = {
  fetch: unexpected,
  now: unexpected,
  random: unexpected,
  sleep: unexpected,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bars-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (address: string) => openMarketData(address, noNetwork);
const request = (symbol: string, session = '2020-03-16') => ({ symbol, session, calendar: xnys });
const CSV =
  'Date,Open,High,Low,Close,Volume\n2020-03-13,9,11,8,10,900\n2020-03-16,10,12,9,11,1000\n2020-03-17,1,2,1,2,1\n';

describe('an address of market data', () => {
  it.each(['', 'sample', 'sample:x', 'csv:', 'yahoo:now', 'https://example.com', 'CSV:/tmp'])(
    '%j is refused, with the forms that are allowed',
    (address) => {
      expect(() => open(address)).toThrow('Allowed: sample:, csv:/path/to/folder, yahoo:');
    },
  );

  it('chooses the source by its scheme', () => {
    expect(['sample:', 'csv:./bars', 'yahoo:'].map((address) => open(address).name)).toEqual([
      'sample',
      'csv',
      'yahoo',
    ]);
  });
});

describe('the sample', () => {
  it('holds the S&P 500 index, clean, on every session from 2000-01-03 to 2020-04-17', async () => {
    const session = '2020-04-17';
    const raw = await open('sample:').bars(request('^GSPC', session));
    const { bars, repairs } = cleanBars(raw, { session, calendar: xnys, now: new Date('2020-04-17T21:00:00Z') });
    expect(repairs).toEqual([]);
    expect(bars.map((bar) => bar.session)).toEqual(xnys.sessionsBetween('2000-01-03', session));
    expect(bars.at(-1)).toEqual({
      session,
      open: 2842.429932,
      high: 2879.219971,
      low: 2830.879883,
      close: 2874.560059,
      volume: 5792140000,
    });
  });

  it('ends with the session asked for: the crash of 2020-03-16 as it was', async () => {
    const { rows } = await open('sample:').bars(request('^GSPC'));
    expect(rows.at(-1)?.session).toBe('2020-03-16');
    expect((rows.at(-1)?.close ?? NaN) / (rows.at(-2)?.close ?? NaN) - 1).toBeCloseTo(-0.1198, 4);
  });

  it('knows no other symbol, and says which it knows', async () => {
    await expect(open('sample:').bars(request('AAPL'))).rejects.toMatchObject({
      reason: 'unknown-symbol',
      message: expect.stringContaining('^GSPC') as string,
    });
  });
});

describe('a folder of CSV files', () => {
  it.each(['BRK-B.csv', '^GSPC.csv', 'A_1.L.csv'])('gives the rows of %s up to the session', async (file) => {
    await writeFile(join(folder, file), CSV);
    const raw = await open(`csv:${folder}`).bars(request(file.replace('.csv', '')));
    expect(raw.rows.map((row) => row.session)).toEqual(['2020-03-13', '2020-03-16']);
    expect(raw.origin).toBe(join(folder, file));
  });

  it('reads packed files too', async () => {
    await writeFile(join(folder, 'TEST.csv.gz'), gzipSync(CSV));
    expect((await open(`csv:${folder}`).bars(request('TEST'))).rows).toHaveLength(2);
  });

  it('sees a file that came later: nothing is kept from one request to the next', async () => {
    const source = open(`csv:${folder}`);
    await expect(source.bars(request('TEST'))).rejects.toMatchObject({ reason: 'unknown-symbol' });
    await writeFile(join(folder, 'TEST.csv'), CSV);
    expect((await source.bars(request('TEST'))).rows).toHaveLength(2);
  });

  it('says of an unknown symbol where it looked and what is there', async () => {
    await writeFile(join(folder, 'AAPL.csv'), CSV);
    await writeFile(join(folder, 'MSFT.csv.gz'), gzipSync(CSV));
    await writeFile(join(folder, 'notes.txt'), '');
    await expect(open(`csv:${folder}`).bars(request('TEST'))).rejects.toMatchObject({
      reason: 'unknown-symbol',
      message: expect.stringMatching(
        new RegExp(`looked for TEST.csv and TEST.csv.gz in ${folder}, where there is AAPL, MSFT\\.`),
      ) as string,
    });
  });

  it.each([
    '../secret',
    '..',
    '.',
    '',
    'a/b',
    'a\\b',
    '/etc/passwd',
    'TEST\0',
    'TEST.csv/..',
    '%2e%2e',
    'x'.repeat(21),
  ])('opens nothing for %j, which is no symbol', async (symbol) => {
    await mkdir(join(folder, 'bars'));
    await writeFile(join(folder, 'secret.csv'), CSV);
    await expect(open(`csv:${join(folder, 'bars')}`).bars(request(symbol))).rejects.toMatchObject({
      reason: 'invalid-symbol',
    });
  });

  it('that is not there may come back: the error is one to retry', async () => {
    const bars = open(`csv:${join(folder, 'missing')}`).bars(request('TEST'));
    await expect(bars).rejects.toBeInstanceOf(SourceUnavailableError);
    await expect(bars).rejects.toMatchObject({ details: { reason: 'source-down', symbol: 'TEST' } });
  });

  it('refuses a file that is too large, packed or not, without reading it all', async () => {
    const large = 65 * 1024 * 1024;
    await writeFile(join(folder, 'LARGE.csv'), '');
    await truncate(join(folder, 'LARGE.csv'), large);
    await writeFile(join(folder, 'BOMB.csv.gz'), gzipSync(Buffer.alloc(large)));
    for (const symbol of ['LARGE', 'BOMB']) {
      await expect(open(`csv:${folder}`).bars(request(symbol))).rejects.toMatchObject({
        reason: 'unreadable-bars',
        details: { fault: expect.stringContaining('holds more than') as string },
      });
    }
  });

  it('refuses a file that is torn or no text', async () => {
    await writeFile(join(folder, 'TORN.csv.gz'), gzipSync(CSV).subarray(0, 40));
    await writeFile(join(folder, 'BYTES.csv'), Buffer.from([0xff, 0xfe, 0x41]));
    await expect(open(`csv:${folder}`).bars(request('TORN'))).rejects.toMatchObject({ reason: 'unreadable-bars' });
    await expect(open(`csv:${folder}`).bars(request('BYTES'))).rejects.toMatchObject({ reason: 'unreadable-bars' });
  });

  it('stops when it is told to', async () => {
    await writeFile(join(folder, 'TEST.csv'), CSV);
    const stop = new AbortController();
    stop.abort(new Error('draining'));
    await expect(open(`csv:${folder}`).bars(request('TEST'), stop.signal)).rejects.toThrow('draining');
  });
});

describe('what is known at a session', () => {
  it('is not changed by any rows that a file is given later, in any order', async () => {
    const sessions = xnys.sessionsBetween('2019-09-03', '2020-03-16');
    const written = calmRows('2020-03-16', sessions.length).map(
      ({ session, open: first, high, low, close, volume }) => `${session},${first},${high},${low},${close},${volume}`,
    );
    const number = fc.oneof(fc.double(), fc.constantFrom('null', '-5', '0', '1e9', 'abc', ''));
    const laterRow = fc
      .tuple(fc.integer({ min: 1, max: 400 }), fc.array(number, { maxLength: 6 }))
      .map(([days, cells]) => {
        const date = new Date(Date.parse('2020-03-16') + days * 86_400_000).toISOString().slice(0, 10);
        return [date, ...cells].join(',');
      });
    const cleaned = async (lines: readonly string[], session: string): Promise<unknown> => {
      await writeFile(join(folder, 'TEST.csv'), ['Date,Open,High,Low,Close,Volume', ...lines].join('\n'));
      const raw = await open(`csv:${folder}`).bars(request('TEST', session));
      return cleanBars(raw, { session, calendar: xnys, now: new Date('2030-01-01') });
    };

    await fc.assert(
      fc.asyncProperty(
        fc.array(laterRow, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...sessions.slice(-60)),
        fc.boolean(),
        async (later, session, descending) => {
          const known = written.filter((line) => line.slice(0, 10) <= session);
          const all = [...written, ...later];
          const [before, after] = descending ? [known.toReversed(), all.toReversed()] : [known, all];
          expect(await cleaned(after, session)).toEqual(await cleaned(before, session));
        },
      ),
      { numRuns: 60 },
    );
  });
});
