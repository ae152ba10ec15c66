import { aboutOf, type BarsIngested, type IngestionRequested, type MarketClosed } from '@closing-bell/contracts';
import { cleanBars, columnsOfBars, type ExchangeCalendar, type MarketDataSource } from '@closing-bell/market';
import { type SeriesStore } from '@closing-bell/storage';
import { type Logger } from 'pino';

export interface IngestionDependencies {
  readonly source: MarketDataSource;
  readonly calendarOf: (exchange: string) => ExchangeCalendar;
  readonly series: SeriesStore;
  /** The symbols to run when a close names none. */
  readonly symbols: readonly string[];
  readonly clock: () => Date;
  readonly logger: Logger;
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
    const { source, calendarOf, clock } = this.dependencies;
    const { exchange, symbol, session } = request;
    const calendar = calendarOf(exchange);
    const raw = await source.bars({ symbol, session, calendar }, signal);
    const { bars, repairs } = cleanBars(raw, { session, calendar, now: clock() });
    const { reference, revised } = await this.dependencies.series.saveAfter(calendar.previousSession(session), {
      kind: 'bars',
      symbol,
      session,
      series: columnsOfBars(bars),
      notes: { source: source.name, origin: raw.origin, repairs: repairs.map((repair) => ({ ...repair })) },
    });
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
}
