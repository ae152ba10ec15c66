import { PermanentError } from '@closing-bell/contracts';
import { ExchangeCalendar } from './exchange-calendar';
import { XNYS } from './xnys';

const CALENDARS = new Map([XNYS].map((rules) => [rules.exchange, new ExchangeCalendar(rules)]));

/**
 * The calendar of an exchange by its ISO 10383 code, such as 'XNYS'.
 * Throws a PermanentError (`unknown-exchange`) that names the known ones.
 */
export function calendarOf(exchange: string): ExchangeCalendar {
  const calendar = CALENDARS.get(exchange);
  if (calendar) return calendar;
  const known = [...CALENDARS.keys()].join(', ');
  throw new PermanentError(
    `There is no calendar of exchange "${exchange}". Known: ${known}. A calendar is added as data, beside xnys.ts.`,
    { reason: 'unknown-exchange', exchange, known },
  );
}
