import {
  aboutOf,
  type BarsIngested,
  type IngestionRequested,
  type MarketClosed,
  PermanentError,
} from '@closing-bell/contracts';
import {
  cleanBars,
  type CleanBars,
  columnsOfBars,
  type ExchangeCalendar,
  type MarketDataSource,
  type RawBars,
  SourceUnavailableError,
} from '@closing-bell/market';
import { type SeriesStore } from '@closing-bell/storage';
import { inSpan } from '@closing-bell/tracing';
import { type Logger } from 'pino';
import { type IngestorMetrics } from './ingestor-metrics';

export interface IngestionDependencies {
  readonly source: MarketDataSource;
  readonly calendarOf: (exchange: string) => ExchangeCalendar;
  readonly series: SeriesStore;
  /** The symbols to run when a close names none. */
  readonly symbols: readonly string[];
  readonly clock: () => Date;
  readonly logger: Logger;
  readonly metrics: IngestorMetrics;
}

/** Turns a close into requests, and a request into an immutable snapshot of checked bars. */
export class Ingestion {
  constructor(private readonly dependencies: IngestionDependencies) {}

  /**
   * One request a symbol; none on a day that was no session. A close that names no session means the one that had closed
   * when the message was published.
   */
  requestsOf(close: MarketClosed, publishTime: Date): IngestionRequested[] {
    const { calendarOf, symbols, logger } = this.dependencies;
    const calendar = calendarOf(close.exchange);
    const session = close.session ?? calendar.sessionOf(publishTime);
    if (session === undefined || !calendar.isSession(session)) {
      logger.info(
        { exchange: close.exchange, day: session ?? publishTime.toISOString() },
        `${close.exchange}: ${session ?? publishTime.toISOString()} was no session; nothing to do`,
      );
      return [];
    }
    return (close.symbols ?? symbols).map((symbol) => ({
      exchange: close.exchange,
      symbol,
      session,
      forceRetrain: close.forceRetrain ?? false,
      ...(close.searchTrials === undefined ? {} : { searchTrials: close.searchTrials }),
    }));
  }

  /** Fetches, checks and stores the bars of a symbol up to a session. */
  async ingest(request: IngestionRequested, signal: AbortSignal): Promise<BarsIngested> {
    const { source, calendarOf, metrics } = this.dependencies;
    const { exchange, symbol, session } = request;
    const calendar = calendarOf(exchange);
    const { origin, bars, repairs } = await this.usableBars(request, calendar, signal);
    for (const { rule } of repairs) metrics.repairs.inc({ rule });
    const { reference, revised } = await inSpan('store snapshot', {}, () =>
      this.dependencies.series.saveAfter(calendar.previousSession(session), {
        kind: 'bars',
        symbol,
        session,
        series: columnsOfBars(bars),
        notes: { source: source.name, origin, repairs: repairs.map((repair) => ({ ...repair })) },
      }),
    );
    return {
      ...aboutOf(request),
      bars: reference,
      source: source.name,
      rows: bars.length,
      firstSession: bars[0]?.session ?? session,
      repairs: repairs.length,
      revised,
    };
  }

  private async usableBars(
    { symbol, session }: IngestionRequested,
    calendar: ExchangeCalendar,
    signal: AbortSignal,
  ): Promise<CleanBars & Pick<RawBars, 'origin'>> {
    const { source, clock, metrics } = this.dependencies;
    const labels = { source: source.name };
    try {
      const raw = await inSpan('fetch bars', { attributes: { 'closing_bell.source': source.name } }, async () => {
        const stop = metrics.fetchSeconds.startTimer(labels);
        return source.bars({ symbol, session, calendar }, signal).finally(stop);
      });
      metrics.barsFetched.inc(labels, raw.rows.length);
      return { origin: raw.origin, ...cleanBars(raw, { session, calendar, now: clock() }) };
    } catch (error) {
      metrics.failures.inc({ ...labels, reason: reasonOf(error) });
      throw error;
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SourceUnavailableError) return error.details.reason;
  return error instanceof PermanentError ? error.reason : 'other';
}
