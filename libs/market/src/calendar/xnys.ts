import { type ExchangeRules } from './exchange-rules';

const [MONDAY, TUESDAY, WEDNESDAY, THURSDAY] = [1, 2, 3, 4];

/** New York Stock Exchange, 1990 onwards; equal to Python's `holidays` 0.105 on every day to 2030 (test/fixtures). */
export const XNYS: ExchangeRules = {
  exchange: 'XNYS',
  name: 'New York Stock Exchange',
  timeZone: 'America/New_York',
  currency: 'USD',
  firstYear: 1990,
  weeklyClosed: [0, 6],
  close: '16:00',
  holidays: [
    // A New Year's Day on a Saturday is not made up for: the Friday before ends the accounting year.
    { name: "New Year's Day", day: { kind: 'fixed', month: 1, day: 1 }, sundayMovesBy: 1 },
    {
      name: 'Martin Luther King Jr. Day',
      day: { kind: 'nth-weekday', month: 1, weekday: MONDAY, nth: 3 },
      from: 1998,
    },
    { name: "Washington's Birthday", day: { kind: 'nth-weekday', month: 2, weekday: MONDAY, nth: 3 } },
    { name: 'Good Friday', day: { kind: 'easter', offset: -2 } },
    { name: 'Memorial Day', day: { kind: 'nth-weekday', month: 5, weekday: MONDAY, nth: -1 } },
    {
      name: 'Juneteenth',
      day: { kind: 'fixed', month: 6, day: 19 },
      from: 2022,
      saturdayMovesBy: -1,
      sundayMovesBy: 1,
    },
    { name: 'Independence Day', day: { kind: 'fixed', month: 7, day: 4 }, saturdayMovesBy: -1, sundayMovesBy: 1 },
    { name: 'Labor Day', day: { kind: 'nth-weekday', month: 9, weekday: MONDAY, nth: 1 } },
    { name: 'Thanksgiving', day: { kind: 'nth-weekday', month: 11, weekday: THURSDAY, nth: 4 } },
    { name: 'Christmas', day: { kind: 'fixed', month: 12, day: 25 }, saturdayMovesBy: -1, sundayMovesBy: 1 },
  ],
  halfDays: [
    {
      name: 'day after Thanksgiving',
      day: { kind: 'nth-weekday', month: 11, weekday: THURSDAY, nth: 4, offset: 1 },
      close: '13:00',
      from: 1993,
    },
    {
      name: 'Christmas Eve',
      day: { kind: 'fixed', month: 12, day: 24 },
      close: '13:00',
      from: 1993,
      weekdays: [MONDAY, TUESDAY, WEDNESDAY, THURSDAY],
    },
    {
      name: 'day before Independence Day',
      day: { kind: 'fixed', month: 7, day: 3 },
      close: '13:00',
      from: 1995,
      until: 2012,
      weekdays: [MONDAY, TUESDAY, THURSDAY],
    },
    {
      name: 'day before Independence Day',
      day: { kind: 'fixed', month: 7, day: 3 },
      close: '13:00',
      from: 2013,
      weekdays: [MONDAY, TUESDAY, WEDNESDAY, THURSDAY],
    },
  ],
  closures: {
    '1994-04-27': 'funeral of Richard Nixon',
    '2001-09-11': 'attacks of September 11',
    '2001-09-12': 'attacks of September 11',
    '2001-09-13': 'attacks of September 11',
    '2001-09-14': 'attacks of September 11',
    '2004-06-11': 'mourning for Ronald Reagan',
    '2007-01-02': 'mourning for Gerald Ford',
    '2012-10-29': 'hurricane Sandy',
    '2012-10-30': 'hurricane Sandy',
    '2018-12-05': 'mourning for George H. W. Bush',
    '2025-01-09': 'mourning for Jimmy Carter',
  },
  earlyCloses: {
    '1990-12-24': '14:00',
    '1991-12-24': '14:00',
    '1992-11-27': '14:00',
    '1992-12-24': '14:00',
    '1994-02-11': '14:30',
    '1996-07-05': '13:00',
    '1997-12-26': '13:00',
    '1999-12-31': '13:00',
    '2002-07-05': '13:00',
    '2003-12-26': '13:00',
  },
};
