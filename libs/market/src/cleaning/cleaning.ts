import { type RawBars, type RawRow } from '../bars/bar';
import { type ExchangeCalendar } from '../calendar/exchange-calendar';

/** What a rule sees and may do beside returning rows. */
export interface Cleaning {
  readonly session: string;
  readonly calendar: ExchangeCalendar;
  /** The time of cleaning. It decides only whether something is still waited for. */
  readonly now: Date;
  readonly vouchesFor: RawBars['vouchesFor'];
  /** Notes a repair. */
  readonly note: (session: string, before: string, after: string) => void;
  /** Throws a PermanentError: no retry can repair this. */
  readonly refuse: (session: string, fault: string) => never;
  /** Throws a SourceUnavailableError while what is missing may still come, and a PermanentError afterwards. */
  readonly waitFor: (reason: 'session-not-closed' | 'not-yet-published' | 'bar-not-final', fault: string) => never;
}

/** One way in which rows can be wrong, and what is done about it. */
export interface CleaningRule {
  readonly name: string;
  readonly detects: string;
  readonly does: string;
  /** Rows in the order in which the rule before left them → rows. Must not change a row in place. */
  readonly apply: (rows: readonly RawRow[], cleaning: Cleaning) => readonly RawRow[];
}
