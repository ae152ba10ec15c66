import { type RawBars } from '../bars/bar';
import { type ExchangeCalendar } from '../calendar/exchange-calendar';

/** What is asked of a source: all rows of a symbol up to and including one session of its exchange. */
export interface BarsRequest {
  readonly symbol: string;
  /** 'YYYY-MM-DD'. */
  readonly session: string;
  readonly calendar: ExchangeCalendar;
}

/** Where bars come from. */
export interface MarketDataSource {
  readonly name: string;
  /**
   * All raw rows of a symbol up to and including the session asked for. Nothing that the source holds about later sessions
   * influences the answer. A missing last row is not an error here: cleaning decides what it means.
   *
   * Throws a PermanentError for a symbol that the source does not have (`unknown-symbol`) or that no symbol can be
   * (`invalid-symbol`), and for data that nobody can read (`unreadable-bars`); a SourceUnavailableError, to be retried,
   * where the source is down, throttled, or gave an answer that cannot be believed.
   */
  bars(request: BarsRequest, signal?: AbortSignal): Promise<RawBars>;
}
