import { calendarOf, type MarketDataSource, openMarketData } from '@closing-bell/market';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { Registry } from 'prom-client';
import { Ingestion } from '../src/ingestion';
import { IngestorMetrics } from '../src/ingestor-metrics';

const unused = () => Promise.reject(new Error('unexpected'));

describe('Ingestion', () => {
  let folder: string;
  let registry: Registry;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-ingestion-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const ingestion = (source: MarketDataSource, series = new SeriesStore(openObjectStore(pathToFileURL(folder).href))) =>
    new Ingestion({
      source,
      calendarOf,
      series,
      symbols: ['^GSPC', 'AAPL'],
      clock: () => new Date('2024-01-01T00:00:00Z'),
      logger: pino({ level: 'silent' }),
      metrics: new IngestorMetrics((registry = new Registry())),
    });
  const sample = () => openMarketData('sample:', { fetch, now: () => new Date(), random: () => 0.5, sleep: unused });
  const request = { exchange: 'XNYS', symbol: '^GSPC', session: '2020-03-16', forceRetrain: false };

  it('asks for every configured symbol of the session that had closed when a scheduler’s message was published', () => {
    const requests = ingestion(sample()).requestsOf({ exchange: 'XNYS' }, new Date('2020-03-16T20:05:00Z'));
    expect(requests.map(({ symbol, session }) => [symbol, session])).toEqual([
      ['^GSPC', '2020-03-16'],
      ['AAPL', '2020-03-16'],
    ]);
  });

  it('asks for the symbols and the session that a replay names', () => {
    const close = { exchange: 'XNYS', session: '2020-03-13', symbols: ['MSFT'], forceRetrain: true };
    expect(ingestion(sample()).requestsOf(close, new Date('2024-01-02T12:00:00Z'))).toEqual([
      { exchange: 'XNYS', symbol: 'MSFT', session: '2020-03-13', forceRetrain: true },
    ]);
  });

  it('asks for nothing on a holiday, a weekend or before the close', () => {
    const at = (time: string) => ingestion(sample()).requestsOf({ exchange: 'XNYS' }, new Date(time));
    expect(at('2020-07-03T20:05:00Z')).toEqual([]);
    expect(at('2020-03-14T20:05:00Z')).toEqual([]);
    expect(at('2020-03-16T15:00:00Z')).toEqual([]);
    expect(ingestion(sample()).requestsOf({ exchange: 'XNYS', session: '2020-07-04' }, new Date())).toEqual([]);
  });

  it('stores the bars up to the session, and says the same when asked again', async () => {
    const { signal } = new AbortController();
    const rows = calendarOf('XNYS').sessionsBetween('2000-01-03', request.session).length;
    const first = await ingestion(sample()).ingest(request, signal);
    expect(first).toMatchObject({ rows, firstSession: '2000-01-03', source: 'sample', revised: false });
    expect(await ingestion(sample()).ingest(request, signal)).toEqual(first);
  });

  it('says when the vendor tells the past otherwise than at the session before', async () => {
    const { signal } = new AbortController();
    const source = sample();
    const revising: MarketDataSource = {
      name: 'sample',
      bars: async (asked) => {
        const raw = await source.bars(asked);
        const rows = raw.rows.map((row, index) => (index === 100 ? { ...row, volume: row.volume + 1 } : row));
        return { ...raw, rows };
      },
    };
    await ingestion(source).ingest({ ...request, session: '2020-03-13' }, signal);
    expect(await ingestion(revising).ingest(request, signal)).toMatchObject({ revised: true });
    expect(await ingestion(revising).ingest({ ...request, session: '2020-03-17' }, signal)).toMatchObject({
      revised: false,
    });
  });

  it('counts what was fetched, and why there are no usable bars', async () => {
    await ingestion(sample()).ingest(request, new AbortController().signal);
    expect(await registry.metrics()).toMatch(/closing_bell_bars_fetched_total\{source="sample"\} \d{4}\n/);
    expect(await registry.metrics()).toContain('closing_bell_fetch_seconds_count{source="sample"} 1');
    const unknown = ingestion(sample()).ingest({ ...request, symbol: 'AAPL' }, new AbortController().signal);
    await expect(unknown).rejects.toMatchObject({ reason: 'unknown-symbol' });
    expect(await registry.metrics()).toContain(
      'closing_bell_ingestion_failures_total{source="sample",reason="unknown-symbol"} 1',
    );
  });
});
