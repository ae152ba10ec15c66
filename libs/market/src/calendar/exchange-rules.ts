/** A day of each year. `offset` shifts it by days. Months are 1–12, weekdays 0 Sunday … 6 Saturday; `nth` -1 is the last. */
export type YearlyDay =
  | { readonly kind: 'fixed'; readonly month: number; readonly day: number }
  | {
      readonly kind: 'nth-weekday';
      readonly month: number;
      readonly weekday: number;
      readonly nth: number;
      readonly offset?: number;
    }
  | { readonly kind: 'easter'; readonly offset: number };

/** A day of each year on which the exchange stays closed. */
interface HolidayRule {
  readonly name: string;
  readonly day: YearlyDay;
  /** First year of the rule. */
  readonly from?: number;
  /** Where the holiday is kept when it falls on a Saturday or a Sunday: days to add. Absent: it is not made up for. */
  readonly saturdayMovesBy?: number;
  readonly sundayMovesBy?: number;
}

/** A day of each year on which the exchange closes early, if it is a session at all. */
interface HalfDayRule {
  readonly name: string;
  readonly day: YearlyDay;
  /** 'HH:MM' in the exchange's time zone. */
  readonly close: string;
  /** First and last year of the rule. */
  readonly from?: number;
  readonly until?: number;
  /** The weekdays on which the rule holds; absent: all. */
  readonly weekdays?: readonly number[];
}

/** All that a calendar knows of an exchange, as data. To add an exchange, write one of these and list it in `calendars.ts`. */
export interface ExchangeRules {
  /** ISO 10383 market identifier code. */
  readonly exchange: string;
  readonly name: string;
  /** IANA time zone. */
  readonly timeZone: string;
  /** ISO 4217 code of the currency in which it quotes. */
  readonly currency: string;
  /** First year that the rules describe. */
  readonly firstYear: number;
  /** Weekdays without a session: 0 Sunday … 6 Saturday. */
  readonly weeklyClosed: readonly number[];
  /** The usual close, 'HH:MM' in the exchange's time zone. */
  readonly close: string;
  readonly holidays: readonly HolidayRule[];
  readonly halfDays: readonly HalfDayRule[];
  /** Closures that follow no rule: 'YYYY-MM-DD' → what happened. */
  readonly closures: Readonly<Record<string, string>>;
  /** Early closes that follow no rule: 'YYYY-MM-DD' → 'HH:MM'. */
  readonly earlyCloses: Readonly<Record<string, string>>;
}
