import fc from 'fast-check';
import { calendarOf, ExchangeCalendar } from '@closing-bell/market';
import { type ExchangeRules } from '../../src/calendar/exchange-rules';
import { instantOf } from '../../src/calendar/zoned-time';
import golden from '../fixtures/xnys-1990-2030.golden.json';

const xnys = calendarOf('XNYS');

const newYork = (date: string, time: string): Date => instantOf(date, time, 'America/New_York');

function datesFrom(first: string, last: string): string[] {
  const dates: string[] = [];
  for (let day = Date.parse(first); day <= Date.parse(last); day += 86_400_000) {
    dates.push(new Date(day).toISOString().slice(0, 10));
  }
  return dates;
}

const DATES = datesFrom('1990-01-01', '2030-12-31');
const isWeekend = (date: string): boolean => [0, 6].includes(new Date(date).getUTCDay());

describe('the calendar of the NYSE', () => {
  it('is closed on exactly the weekdays of the golden list, 1990 to 2030', () => {
    const closures = DATES.filter((date) => !isWeekend(date) && !xnys.isSession(date));
    expect(closures).toEqual(golden.closures);
    expect(golden.closures.length).toBeGreaterThan(370);
  });

  it('closes early on exactly the days and at the hours of the golden list, 1990 to 2030', () => {
    const early = DATES.filter((date) => xnys.isSession(date)).filter(
      (date) => xnys.closeOf(date).getTime() !== newYork(date, '16:00').getTime(),
    );
    expect(early).toEqual(Object.keys(golden.earlyCloses));
    for (const [date, time] of Object.entries(golden.earlyCloses)) {
      expect(xnys.closeOf(date)).toEqual(newYork(date, time));
      expect(xnys.isHalfDay(date)).toBe(true);
    }
  });

  it('has no session on a weekend', () => {
    expect(DATES.filter((date) => isWeekend(date) && xnys.isSession(date))).toEqual([]);
  });

  it.each([
    ['2020-03-06', '2020-03-06T21:00:00.000Z', 'the last session of winter time'],
    ['2020-03-09', '2020-03-09T20:00:00.000Z', 'the first session of summer time'],
    ['2020-10-30', '2020-10-30T20:00:00.000Z', 'the last session of summer time'],
    ['2020-11-02', '2020-11-02T21:00:00.000Z', 'the first session of winter time'],
    ['2006-04-03', '2006-04-03T20:00:00.000Z', 'the first session of summer time under the rule before 2007'],
    ['2020-11-27', '2020-11-27T18:00:00.000Z', 'the half day after Thanksgiving'],
    ['2023-07-03', '2023-07-03T17:00:00.000Z', 'the half day before Independence Day'],
  ])('closes %s at %s, %s', (session, close) => {
    expect(xnys.closeOf(session).toISOString()).toBe(close);
  });

  it('does not let a caller change a close that it keeps', () => {
    xnys.closeOf('2020-03-16').setTime(0);
    expect(xnys.closeOf('2020-03-16').toISOString()).toBe('2020-03-16T20:00:00.000Z');
  });
});

describe('the session that an event announces', () => {
  it.each([
    ['2020-03-16', '16:00', '2020-03-16', 'at the close'],
    ['2020-03-16', '15:56', '2020-03-16', 'four minutes early'],
    ['2020-03-16', '15:54', undefined, 'six minutes early'],
    ['2020-03-16', '10:00', undefined, 'in the middle of the session'],
    ['2020-03-16', '16:15', '2020-03-16', 'at the usual time'],
    ['2020-03-16', '23:59', '2020-03-16', 'hours late'],
    ['2020-03-17', '03:30', '2020-03-16', 'late, past midnight'],
    ['2020-03-17', '04:30', undefined, 'more than twelve hours late'],
    ['2020-11-27', '13:00', '2020-11-27', 'at the close of a half day'],
    ['2020-11-27', '16:15', '2020-11-27', 'at the usual time of a half day'],
    ['2020-11-27', '12:30', undefined, 'before the close of a half day'],
    ['2020-11-26', '16:15', undefined, 'on Thanksgiving'],
    ['2020-03-14', '16:15', undefined, 'on a Saturday'],
    ['2020-03-15', '16:15', undefined, 'on a Sunday'],
    ['2020-03-07', '02:00', '2020-03-06', 'in the night to a Saturday'],
    ['2020-03-09', '16:15', '2020-03-09', 'on the first session of summer time'],
    ['2020-12-31', '23:30', '2020-12-31', "on New Year's Eve, when it is the new year in UTC"],
  ] as [string, string, string | undefined, string][])('%s %s New York time: %s (%s)', (date, time, session) => {
    expect(xnys.sessionOf(newYork(date, time))).toBe(session);
  });

  it('is the same for every time from the close to twelve hours after it', () => {
    const sessions = xnys.sessionsBetween('1999-01-01', '2029-12-31');
    fc.assert(
      fc.property(fc.constantFrom(...sessions), fc.integer({ min: 0, max: 12 * 3600 }), (session, seconds) => {
        expect(xnys.sessionOf(new Date(xnys.closeOf(session).getTime() + seconds * 1000))).toBe(session);
      }),
    );
  });
});

describe('counting sessions', () => {
  it('steps over weekends, holidays and the turn of the year', () => {
    expect(xnys.nextSession('2020-04-09')).toBe('2020-04-13');
    expect(xnys.previousSession('2020-04-13')).toBe('2020-04-09');
    expect(xnys.nextSession('2020-12-31')).toBe('2021-01-04');
    expect(xnys.previousSession('2021-01-04')).toBe('2020-12-31');
    expect(xnys.nextSession('2001-09-10')).toBe('2001-09-17');
  });

  it('lists the sessions after a date, which need not be one itself', () => {
    expect(xnys.sessionsAfter('2019-12-28', 4)).toEqual(['2019-12-30', '2019-12-31', '2020-01-02', '2020-01-03']);
    expect(xnys.sessionsAfter('2020-01-02', 0)).toEqual([]);
  });

  it('lists the sessions between two dates, both included', () => {
    expect(xnys.sessionsBetween('2019-12-31', '2020-01-02')).toEqual(['2019-12-31', '2020-01-02']);
    expect(xnys.sessionsBetween('2020-01-03', '2020-01-02')).toEqual([]);
    expect(xnys.sessionsBetween('2000-01-03', '2020-04-17')).toHaveLength(5105);
  });

  it('measures distances that agree with stepping, forwards and backwards', () => {
    const sessions = xnys.sessionsBetween('2015-06-01', '2023-06-01');
    const place = fc.nat(sessions.length - 1);
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(xnys.sessionDistance(sessions[a] ?? '', sessions[b] ?? '')).toBe(b - a);
      }),
    );
  });

  it('refuses what is no date, no session, or outside the rules', () => {
    const reasonOf = (act: () => unknown): unknown => {
      try {
        return act();
      } catch (error) {
        return (error as { reason?: string }).reason;
      }
    };
    expect(reasonOf(() => xnys.isSession('2020-02-30'))).toBe('invalid-date');
    expect(reasonOf(() => xnys.isSession('16 March 2020'))).toBe('invalid-date');
    expect(reasonOf(() => xnys.isSession('1989-12-29'))).toBe('outside-calendar');
    expect(reasonOf(() => xnys.closeOf('2020-03-15'))).toBe('not-a-session');
    expect(reasonOf(() => xnys.sessionDistance('2020-03-15', '2020-03-16'))).toBe('not-a-session');
  });
});

describe('calendars as data', () => {
  it('names the known exchanges where one is not known', () => {
    expect(() => calendarOf('XXXX')).toThrow(/no calendar of exchange "XXXX". Known: XNYS/);
  });

  it('serves another exchange from rules alone, in its own zone and week', () => {
    const rules: ExchangeRules = {
      exchange: 'XTAE',
      name: 'a market with a week of its own',
      timeZone: 'Asia/Jerusalem',
      currency: 'ILS',
      firstYear: 2020,
      weeklyClosed: [5, 6],
      close: '17:25',
      holidays: [{ name: 'a holiday', day: { kind: 'fixed', month: 3, day: 10 } }],
      halfDays: [{ name: 'Sundays in March', day: { kind: 'fixed', month: 3, day: 15 }, close: '15:50' }],
      closures: { '2020-03-02': 'an election' },
      earlyCloses: {},
    };
    const calendar = new ExchangeCalendar(rules);
    expect(calendar.sessionsBetween('2020-03-01', '2020-03-11')).toEqual([
      '2020-03-01',
      '2020-03-03',
      '2020-03-04',
      '2020-03-05',
      '2020-03-08',
      '2020-03-09',
      '2020-03-11',
    ]);
    expect(calendar.closeOf('2020-03-01').toISOString()).toBe('2020-03-01T15:25:00.000Z');
    expect(calendar.closeOf('2020-03-15').toISOString()).toBe('2020-03-15T13:50:00.000Z');
    expect(calendar.closeOf('2020-07-01').toISOString()).toBe('2020-07-01T14:25:00.000Z');
  });
});
