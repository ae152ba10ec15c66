import { ENVELOPE_ATTRIBUTES, marketClosed, type MarketClosed } from '@closing-bell/contracts';
import { type ExchangeCalendar } from '@closing-bell/market';

/** Vendors publish a session's bar some minutes after its close. */
const AFTER_CLOSE_MINUTES = 15;
/** Pods are started this long before the scheduler speaks, and kept for as long after. */
const WARM_BEFORE_MINUTES = 5;
const WARM_FOR_MINUTES = 45;

/** A job of Cloud Scheduler: when it speaks, and what it says each time. */
export interface SchedulerJob {
  readonly name: string;
  readonly description: string;
  /** Five fields of cron, in the time zone. */
  readonly schedule: string;
  readonly timeZone: string;
  readonly topic: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Jobs that say that an exchange has closed: one a quarter of an hour after the usual close, one after the usual early close. Neither
 * carries a session; the ingestor takes it from the time of publication and the calendar, so that on a holiday nothing happens, and
 * on a usual day nothing at the early hour. On a half day the second message says what the first did, and has no effect.
 */
export function schedulerJobs(calendar: ExchangeCalendar): SchedulerJob[] {
  const { exchange, timeZone } = calendar;
  const payload: MarketClosed = { exchange };
  const about = {
    timeZone,
    topic: marketClosed.name,
    attributes: {
      [ENVELOPE_ATTRIBUTES.type]: marketClosed.type,
      [ENVELOPE_ATTRIBUTES.source]: '/closing-bell/scheduler',
      [ENVELOPE_ATTRIBUTES.specVersion]: '1.0',
      [ENVELOPE_ATTRIBUTES.contentType]: 'application/json',
    },
    body: JSON.stringify(payload),
  };
  return [
    {
      name: 'market-closed',
      description: `${exchange} has closed, a quarter of an hour ago at the usual hour`,
      schedule: cronAt(calendar, calendar.usualClose, AFTER_CLOSE_MINUTES),
      ...about,
    },
    ...calendar.usualEarlyCloses.map((close) => ({
      name: `market-closed-early-${close.replace(':', '')}`,
      description: `${exchange} has closed, if it closed early today at ${close}; else nothing happens`,
      schedule: cronAt(calendar, close, AFTER_CLOSE_MINUTES),
      ...about,
    })),
  ];
}

/** From when to when pods are held ready for the usual close: cron in the exchange's time zone. */
export function warmSpan(calendar: ExchangeCalendar): { timezone: string; start: string; end: string } {
  return {
    timezone: calendar.timeZone,
    start: cronAt(calendar, calendar.usualClose, AFTER_CLOSE_MINUTES - WARM_BEFORE_MINUTES),
    end: cronAt(calendar, calendar.usualClose, AFTER_CLOSE_MINUTES + WARM_FOR_MINUTES),
  };
}

/** On the exchange's days of the week, so long after a time of day 'HH:MM'. */
function cronAt({ weekdays }: ExchangeCalendar, time: string, minutesAfter: number): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const total = hour * 60 + minute + minutesAfter;
  return `${total % 60} ${Math.floor(total / 60)} * * ${weekdays.join(',')}`;
}
