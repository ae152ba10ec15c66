import { PermanentError } from '@closing-bell/contracts';
import { dateOfDay, dayNumber, dayOf, easterOf, weekdayOfDay } from './civil-date';
import { type ExchangeRules, type YearlyDay } from './exchange-rules';
import { instantOf } from './zoned-time';

const LAST_YEAR = 2100;

/** How long before a close an event may already speak of that close: clocks and schedulers differ by minutes. */
const EARLY_TOLERANCE_MS = 5 * 60_000;

/**
 * How long after a close an event still speaks of it. Less than the time from one close to the usual hour of the next, so
 * that the usual event on a holiday names no session; more than the wait from a half day's close to the usual event,
 * an outage of some hours and the turn of the day included.
 */
const LATE_LIMIT_MS = 12 * 3_600_000;

interface SessionsOfYear {
  readonly sessions: readonly string[];
  /** Session → its place among the year's sessions. */
  readonly places: ReadonlyMap<string, number>;
  /** Session → 'HH:MM', for those that close early. */
  readonly earlyCloses: ReadonlyMap<string, string>;
}

/**
 * The sessions of one exchange. Dates are 'YYYY-MM-DD' in the exchange's time zone; a *session* is a date on which it trades.
 * Every method throws a PermanentError for a date that does not exist (`invalid-date`) or that the rules do not reach
 * (`outside-calendar`), and, where it wants a session, for a date that is none (`not-a-session`).
 */
export class ExchangeCalendar {
  private readonly years = new Map<number, SessionsOfYear>();
  private readonly closes = new Map<string, Date>();

  constructor(private readonly rules: ExchangeRules) {}

  /** ISO 10383 market identifier code. */
  get exchange(): string {
    return this.rules.exchange;
  }

  /** IANA time zone. */
  get timeZone(): string {
    return this.rules.timeZone;
  }

  /** ISO 4217 code of the currency in which the exchange quotes. */
  get currency(): string {
    return this.rules.currency;
  }

  /** The first date that the rules describe. */
  get firstDate(): string {
    return `${this.rules.firstYear}-01-01`;
  }

  /** The usual close, 'HH:MM' in the exchange's time zone. */
  get usualClose(): string {
    return this.rules.close;
  }

  /** The hours at which half days close by the rules in force, 'HH:MM' in the exchange's time zone, ascending. */
  get usualEarlyCloses(): readonly string[] {
    const inForce = this.rules.halfDays.filter(({ until }) => until === undefined);
    return [...new Set(inForce.map(({ close }) => close))].sort();
  }

  /** The days of the week that may have a session: 0 Sunday … 6 Saturday, ascending. */
  get weekdays(): readonly number[] {
    return [0, 1, 2, 3, 4, 5, 6].filter((day) => !this.rules.weeklyClosed.includes(day));
  }

  isSession(date: string): boolean {
    return this.yearOf(date).places.has(date);
  }

  /**
   * The session whose close an event at `instant` announces: the latest one that closed at or before it (five minutes
   * early count as the close), if that was at most twelve hours ago; else undefined. So the usual event names
   * its own day, also after a half day; one that comes late, past midnight even, names the day that it belongs to; and
   * one before the close, on a weekend or on a holiday names nothing.
   */
  sessionOf(instant: Date): string | undefined {
    const latest = instant.getTime() + EARLY_TOLERANCE_MS;
    const earliest = instant.getTime() - LATE_LIMIT_MS;
    // The exchange's date is at most a day away from that of UTC.
    const today = Math.floor(instant.getTime() / 86_400_000);
    for (const day of [today + 1, today, today - 1]) {
      const date = dateOfDay(day);
      if (!this.isSession(date)) continue;
      const close = this.closeOf(date).getTime();
      if (close <= latest) return close >= earliest ? date : undefined;
    }
    return undefined;
  }

  /** The instant at which a session closes. */
  closeOf(session: string): Date {
    const known = this.closes.get(session);
    if (known) return new Date(known);
    this.placeOf(session);
    const close = instantOf(
      session,
      this.yearOf(session).earlyCloses.get(session) ?? this.rules.close,
      this.rules.timeZone,
    );
    this.closes.set(session, close);
    return new Date(close);
  }

  /** Whether a session closes before the usual hour. */
  isHalfDay(session: string): boolean {
    return this.yearOf(session).earlyCloses.has(session);
  }

  /** The first session after a date. */
  nextSession(date: string): string {
    return this.step(date, 1);
  }

  /** The last session before a date. */
  previousSession(date: string): string {
    return this.step(date, -1);
  }

  /** The next `count` sessions after a date, oldest first: string[count]. */
  sessionsAfter(date: string, count: number): string[] {
    const sessions: string[] = [];
    for (let last = date; sessions.length < count; sessions.push(last)) last = this.nextSession(last);
    return sessions;
  }

  /** All sessions from one date to another, both included, oldest first. Empty where `to` is before `from`. */
  sessionsBetween(from: string, to: string): string[] {
    const [first, last] = [this.reachable(from), this.reachable(to)];
    const sessions: string[] = [];
    for (let year = first; year <= last; year++) {
      for (const session of this.sessionsOf(year).sessions) {
        if (session >= from && session <= to) sessions.push(session);
      }
    }
    return sessions;
  }

  /** How many sessions after session `from` session `to` is: 1 for the next one, negative where it is before. */
  sessionDistance(from: string, to: string): number {
    if (from > to) return -this.sessionDistance(to, from) || 0;
    let distance = this.placeOf(to) - this.placeOf(from);
    for (let year = this.reachable(from); year < this.reachable(to); year++) {
      distance += this.sessionsOf(year).sessions.length;
    }
    return distance;
  }

  private step(date: string, by: 1 | -1): string {
    this.reachable(date);
    for (let day = dayNumber(date) + by; ; day += by) {
      const candidate = dateOfDay(day);
      if (this.isSession(candidate)) return candidate;
    }
  }

  private placeOf(session: string): number {
    const place = this.yearOf(session).places.get(session);
    if (place === undefined) {
      throw new PermanentError(`${session} is not a session of ${this.exchange}: the exchange is closed on that day.`, {
        reason: 'not-a-session',
        exchange: this.exchange,
        date: session,
      });
    }
    return place;
  }

  private yearOf(date: string): SessionsOfYear {
    return this.sessionsOf(this.reachable(date));
  }

  private reachable(date: string): number {
    const year = Number(date.slice(0, 4));
    // A year that is known already has been checked to its last day; a place in it proves the date.
    if (this.years.get(year)?.places.has(date)) return year;
    dayNumber(date);
    if (year < this.rules.firstYear || year > LAST_YEAR) {
      throw new PermanentError(
        `${date} lies outside the calendar of ${this.exchange}, which knows ${this.rules.firstYear} to ${LAST_YEAR}.`,
        { reason: 'outside-calendar', exchange: this.exchange, date },
      );
    }
    return year;
  }

  private sessionsOf(year: number): SessionsOfYear {
    let known = this.years.get(year);
    if (!known) {
      known = sessionsUnder(this.rules, year);
      this.years.set(year, known);
    }
    return known;
  }
}

function sessionsUnder(rules: ExchangeRules, year: number): SessionsOfYear {
  const closed = new Set<number>();
  // The neighbouring years too: a New Year's Day can be kept in the old year.
  for (const holidayYear of [year - 1, year, year + 1]) {
    for (const { day: rule, from = -Infinity, saturdayMovesBy = 0, sundayMovesBy = 0 } of rules.holidays) {
      if (holidayYear < from) continue;
      const day = dayInYear(rule, holidayYear);
      const weekday = weekdayOfDay(day);
      closed.add(day + (weekday === 6 ? saturdayMovesBy : weekday === 0 ? sundayMovesBy : 0));
    }
  }

  const halfDays = new Map<number, string>();
  for (const { day: rule, close, from = -Infinity, until = Infinity, weekdays } of rules.halfDays) {
    if (year < from || year > until) continue;
    const day = dayInYear(rule, year);
    if (!weekdays || weekdays.includes(weekdayOfDay(day))) halfDays.set(day, close);
  }

  const places = new Map<string, number>();
  const earlyCloses = new Map<string, string>();
  for (let day = dayOf(year, 1, 1); day < dayOf(year + 1, 1, 1); day++) {
    const date = dateOfDay(day);
    if (rules.weeklyClosed.includes(weekdayOfDay(day)) || closed.has(day) || rules.closures[date] !== undefined) {
      continue;
    }
    places.set(date, places.size);
    const early = rules.earlyCloses[date] ?? halfDays.get(day);
    if (early !== undefined) earlyCloses.set(date, early);
  }
  return { sessions: [...places.keys()], places, earlyCloses };
}

function dayInYear(rule: YearlyDay, year: number): number {
  switch (rule.kind) {
    case 'fixed':
      return dayOf(year, rule.month, rule.day);
    case 'easter':
      return easterOf(year) + rule.offset;
    case 'nth-weekday': {
      const { month, weekday, nth, offset = 0 } = rule;
      if (nth > 0) {
        const first = dayOf(year, month, 1);
        return first + ((weekday - weekdayOfDay(first) + 7) % 7) + 7 * (nth - 1) + offset;
      }
      const last = dayOf(year, month + 1, 1) - 1;
      return last - ((weekdayOfDay(last) - weekday + 7) % 7) + 7 * (nth + 1) + offset;
    }
  }
}
