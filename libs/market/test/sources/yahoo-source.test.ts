import { PermanentError } from '@closing-bell/contracts';
import { cleanBars, openMarketData, SourceUnavailableError, type YahooDependencies } from '@closing-bell/market';
import { xnys } from '../fixtures/bars';
import answered from '../fixtures/yahoo-chart-AAPL-2020-08.json';

/** An answer in the shape of Yahoo's, for the days around Apple's split of four for one on 2020-08-31. */
type Chart = typeof answered;

const at = (date: string, time: string): number => Date.parse(`${date}T${time}Z`) / 1000;

/** A Yahoo that gives the answers told, one a request, and a clock that only sleep moves. */
function yahoo(...answers: (() => Response)[]) {
  let clock = Date.parse('2020-09-01T12:00:00Z');
  const requests: URL[] = [];
  const slept: number[] = [];
  const dependencies: YahooDependencies = {
    fetch: async (input) => {
      requests.push(new URL(input instanceof Request ? input.url : input));
      const answer = answers[requests.length - 1];
      if (!answer) throw new Error('nobody expected this request');
      return answer();
    },
    now: () => new Date(clock),
    random: () => 0.5,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      clock += milliseconds;
    },
  };
  return { source: openMarketData('yahoo:', dependencies), requests, slept };
}

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** The answer with something changed. */
function changed(change: (result: Chart['chart']['result'][number]) => void): () => Response {
  const answer = structuredClone(answered);
  for (const result of answer.chart.result) change(result);
  return json(answer);
}

const request = (session: string, symbol = 'AAPL') => ({ symbol, session, calendar: xnys });

const notFound = json(
  { chart: { result: null, error: { code: 'Not Found', description: 'No data found, symbol may be delisted' } } },
  404,
);

describe('an answer of Yahoo', () => {
  it('gives the rows up to the session, with prices as they were known then: a later split is taken out', async () => {
    const { source, requests } = yahoo(json(answered));
    const { rows, vouchesFor } = await source.bars(request('2020-08-28'));
    expect(rows.map((row) => row.session)).toEqual(['2020-08-26', '2020-08-27', '2020-08-28']);
    expect(rows.at(-1)).toEqual({
      session: '2020-08-28',
      open: 504.05,
      high: 505.77,
      low: 498.31,
      close: 499.23,
      volume: 46907479,
      adjustedClose: NaN,
    });
    expect(vouchesFor).toEqual({ finalBars: true, splitAdjustment: true });
    expect(requests[0]?.pathname).toBe('/v8/finance/chart/AAPL');
    expect(requests[0]?.searchParams.get('interval')).toBe('1d');
  });

  it('keeps a split that was known at the session', async () => {
    const { source } = yahoo(json(answered));
    const session = '2020-08-31';
    const raw = await source.bars(request(session));
    const { bars, repairs } = cleanBars(raw, { session, calendar: xnys, now: new Date('2020-08-31T21:00:00Z') });
    expect(bars.map((bar) => bar.close)).toEqual([126.5225, 125.01, 124.8075, 129.04]);
    expect(repairs).toEqual([]);
  });

  it('asks for an index by its name, encoded once', async () => {
    const { source, requests } = yahoo(changed(({ meta }) => (meta.symbol = '^GSPC')));
    await source.bars(request('2020-08-28', '^GSPC'));
    expect(requests[0]?.pathname).toBe('/v8/finance/chart/%5EGSPC');
  });

  it('may have rows without prices, which cleaning drops', async () => {
    const { source } = yahoo(
      changed(({ indicators }) => {
        for (const quote of indicators.quote) {
          for (const field of Object.values(quote) as (number | null)[][]) field[1] = null;
        }
      }),
    );
    const { rows } = await source.bars(request('2020-08-28'));
    expect(rows[1]).toMatchObject({ session: '2020-08-27', close: NaN, volume: NaN });
  });

  it('of no rows is no error of the source', async () => {
    const { source } = yahoo(
      changed((result) => {
        delete (result as Partial<typeof result>).timestamp;
        result.indicators = { quote: [{}], adjclose: [{}] } as unknown as typeof result.indicators;
      }),
    );
    expect((await source.bars(request('2020-08-28'))).rows).toEqual([]);
  });

  it('is not believed with a last bar of a session still going on', async () => {
    const { source } = yahoo(changed(({ meta }) => (meta.regularMarketTime = at('2020-09-01', '19:30:00'))));
    const bars = source.bars(request('2020-09-01'));
    await expect(bars).rejects.toBeInstanceOf(SourceUnavailableError);
    await expect(bars).rejects.toMatchObject({ details: { reason: 'bar-not-final', session: '2020-09-01' } });
  });

  it.each<[string, Parameters<typeof changed>[0]]>([
    ['about another symbol', ({ meta }) => (meta.symbol = 'AAP')],
    ['in weeks', ({ meta }) => (meta.dataGranularity = '1wk')],
    ['out of order', ({ timestamp }) => timestamp.reverse()],
    ['with a session twice', ({ timestamp }) => timestamp.splice(1, 1, (timestamp[0] ?? 0) + 3600)],
  ])('is not believed %s', async (_what, change) => {
    const { source } = yahoo(changed(change));
    await expect(source.bars(request('2020-08-28'))).rejects.toMatchObject({
      name: 'SourceUnavailableError',
      details: { reason: 'unbelievable-answer', source: 'yahoo', symbol: 'AAPL' },
    });
  });

  it.each<[string, Parameters<typeof changed>[0]]>([
    ['in another currency', ({ meta }) => (meta.currency = 'EUR')],
    ['from another time zone', ({ meta }) => (meta.exchangeTimezoneName = 'Europe/London')],
  ])('%s is about another listing, and no retry helps', async (_what, change) => {
    const { source } = yahoo(changed(change));
    await expect(source.bars(request('2020-08-28'))).rejects.toMatchObject({ reason: 'other-exchange' });
  });
});

describe('an unknown symbol', () => {
  it('is a permanent error, at the first answer', async () => {
    const { source, requests } = yahoo(notFound);
    const bars = source.bars(request('2020-08-28', 'NOSUCH'));
    await expect(bars).rejects.toBeInstanceOf(PermanentError);
    await expect(bars).rejects.toMatchObject({ reason: 'unknown-symbol' });
    expect(requests).toHaveLength(1);
  });

  it('that no symbol can be is not asked for', async () => {
    const { source, requests } = yahoo();
    await expect(source.bars(request('2020-08-28', '../v7'))).rejects.toMatchObject({ reason: 'invalid-symbol' });
    expect(requests).toEqual([]);
  });
});

describe('a source that is throttled or down', () => {
  const throttled = json('Too Many Requests', 429);

  it('is asked again, backing off with jitter', async () => {
    const { source, slept } = yahoo(throttled, json({}, 503), throttled, json(answered));
    expect((await source.bars(request('2020-08-28'))).rows).toHaveLength(3);
    expect(slept).toEqual([750, 1500, 3000]);
  });

  it('is left alone for as long as it asks, within reason', async () => {
    const { source, slept } = yahoo(
      json('', 429, { 'retry-after': '7' }),
      json('', 429, { 'retry-after': '86400' }),
      json(answered),
    );
    await source.bars(request('2020-08-28'));
    expect(slept).toEqual([7_000, 30_000]);
  });

  it.each<[string, () => Response, string]>([
    ['throttles', throttled, 'source-throttled'],
    ['answers with a server error', json({}, 502), 'source-down'],
    [
      'cannot be reached',
      () => {
        throw new TypeError('fetch failed');
      },
      'source-down',
    ],
    ['answers with a page instead of JSON', () => new Response('<html>'), 'unbelievable-answer'],
    ['answers in another shape', json({ chart: { result: [{ meta: {} }] } }), 'unbelievable-answer'],
  ])('and %s four times is an error to retry later', async (_what, answer, reason) => {
    const { source, requests } = yahoo(answer, answer, answer, answer);
    await expect(source.bars(request('2020-08-28'))).rejects.toMatchObject({
      name: 'SourceUnavailableError',
      details: { reason },
    });
    expect(requests).toHaveLength(4);
  });

  it('is not asked again once told to stop', async () => {
    const stop = new AbortController();
    const { source, requests } = yahoo(() => {
      stop.abort(new Error('draining'));
      return throttled();
    });
    await expect(source.bars(request('2020-08-28'), stop.signal)).rejects.toThrow('draining');
    expect(requests).toHaveLength(1);
  });
});

describe('many requests at once', () => {
  it('start half a second apart', async () => {
    const { source, slept } = yahoo(json(answered), json(answered), json(answered));
    await Promise.all([1, 2, 3].map(() => source.bars(request('2020-08-28'))));
    expect(slept).toEqual([500, 500]);
  });

  it('go on after one that failed', async () => {
    const { source } = yahoo(notFound, json(answered));
    const [first, second] = await Promise.allSettled([1, 2].map(() => source.bars(request('2020-08-28'))));
    expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled']);
  });
});
