import { type MarketClosed, marketClosed, subscriptions, validate } from '@closing-bell/contracts';
import { calendarOf, daysFrom } from '@closing-bell/market';
import { Ingestion } from '../../../apps/ingestor/src/ingestion';
import { instantOf } from '../../../libs/market/src/calendar/zoned-time';
import { validation } from '../../../libs/messaging/src/middlewares/validation';
import { schedulerJobs } from '../schedule';

const CALENDAR = calendarOf('XNYS');
const [USUAL, EARLY] = schedulerJobs(CALENDAR);

/** The hour and the weekdays of a job's schedule. */
function hourOf(schedule: string): { time: string; weekdays: number[] } {
  const [minute = '', hour = '', , , weekdays = ''] = schedule.split(' ');
  return { time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`, weekdays: weekdays.split(',').map(Number) };
}

/** When a job speaks on a day, or undefined where it does not. */
function spokenOn(day: string, schedule: string): Date | undefined {
  const { time, weekdays } = hourOf(schedule);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekdays.includes(weekday) ? instantOf(day, time, CALENDAR.timeZone) : undefined;
}

/** What the ingestor makes of a job's message that was published at an instant: the way through the transport's checks and the calendar. */
async function requestsAt(job: typeof USUAL & {}, publishTime: Date): Promise<string[]> {
  const ingestion = new Ingestion({
    calendarOf,
    symbols: ['AAPL', 'MSFT'],
    logger: { info: () => undefined },
  } as unknown as ConstructorParameters<typeof Ingestion>[0]);
  let sessions: string[] = [];
  const handle = validation((payload, context) => {
    sessions = ingestion.requestsOf(payload as MarketClosed, context.publishTime).map(({ session }) => session);
    return Promise.resolve([]);
  });
  await handle({
    subscription: subscriptions.ingestor.marketClosed,
    received: {
      id: '1',
      publishTime,
      orderingKey: '',
      deliveryAttempt: 1,
      attributes: job.attributes,
      data: Buffer.from(job.body),
    },
    draining: new AbortController().signal,
  });
  return sessions;
}

describe('the scheduler’s messages', () => {
  it('are what the contract says, and carry no session', () => {
    for (const { topic, body } of [USUAL!, EARLY!]) {
      expect(topic).toBe(marketClosed.name);
      expect(validate(marketClosed, JSON.parse(body))).toEqual({ exchange: 'XNYS' });
    }
  });

  it('come a quarter of an hour after the usual close, and after the early one, in New York', () => {
    expect([USUAL, EARLY].map((job) => [job?.name, job?.schedule, job?.timeZone])).toEqual([
      ['market-closed', '15 16 * * 1,2,3,4,5', 'America/New_York'],
      ['market-closed-early-1300', '15 13 * * 1,2,3,4,5', 'America/New_York'],
    ]);
    expect(schedulerJobs(CALENDAR)).toHaveLength(2);
  });

  it('name each session of ten years on its own day, a half day at its own hour, and nothing on any other day', () => {
    for (let day = '2020-01-01'; day <= '2029-12-31'; day = daysFrom(day, 1)) {
      const said = (schedule: string): string | undefined => {
        const at = spokenOn(day, schedule);
        return at && CALENDAR.sessionOf(at);
      };
      const isSession = CALENDAR.isSession(day);
      expect([day, said(USUAL!.schedule)]).toEqual([day, isSession ? day : undefined]);
      expect([day, said(EARLY!.schedule)]).toEqual([day, isSession && CALENDAR.isHalfDay(day) ? day : undefined]);
    }
  });

  it.each([
    ['at their time', '2026-11-25T21:15:00Z', ['2026-11-25', '2026-11-25']],
    ['three minutes before the close, by a clock that is wrong', '2026-11-25T20:57:00Z', ['2026-11-25', '2026-11-25']],
    ['hours late, after midnight', '2026-11-26T06:30:00Z', ['2026-11-25', '2026-11-25']],
    ['on Thanksgiving', '2026-11-26T21:15:00Z', []],
    ['on the half day after it, at the early hour', '2026-11-27T18:15:00Z', ['2026-11-27', '2026-11-27']],
    ['on the half day after it, at the usual hour', '2026-11-27T21:15:00Z', ['2026-11-27', '2026-11-27']],
    ['at the early hour of a usual day', '2026-11-25T18:15:00Z', []],
    ['on the first day of summer time', '2026-03-09T20:15:00Z', ['2026-03-09', '2026-03-09']],
    ['on a Saturday', '2026-11-28T21:15:00Z', []],
  ])('published %s ask for what was closed then', async (_, at, sessions) => {
    expect(await requestsAt(USUAL!, new Date(at))).toEqual(sessions);
  });

  it('say the same twice where they come twice', async () => {
    const first = await requestsAt(EARLY!, new Date('2026-11-27T18:15:00Z'));
    expect(await requestsAt(USUAL!, new Date('2026-11-27T21:15:02Z'))).toEqual(first);
  });
});
