import { PermanentError } from '@closing-bell/contracts';

const MS_PER_DAY = 86_400_000;

/** Days since 1970-01-01 of 'YYYY-MM-DD'. Throws a PermanentError (`invalid-date`) for anything but a date that exists. */
export function dayNumber(date: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (match) {
    const day = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / MS_PER_DAY;
    if (dateOfDay(day) === date) return day;
  }
  throw new PermanentError(`"${date}" is not a date. Write dates as YYYY-MM-DD, such as 2020-03-16.`, {
    reason: 'invalid-date',
    date,
  });
}

/** 'YYYY-MM-DD' of days since 1970-01-01. */
export function dateOfDay(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The day so many calendar days after another, or before it where `days` is negative. Throws as {@link dayNumber} does. */
export function daysFrom(date: string, days: number): string {
  return dateOfDay(dayNumber(date) + days);
}

/** Day of the week of days since 1970-01-01: 0 Sunday … 6 Saturday. */
export function weekdayOfDay(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Days since 1970-01-01 of a day of a month; month: 1–12. */
export function dayOf(year: number, month: number, dayOfMonth: number): number {
  return Date.UTC(year, month - 1, dayOfMonth) / MS_PER_DAY;
}

/** Easter Sunday of a Gregorian year, in days since 1970-01-01. Source: the anonymous Gregorian computus (Meeus 1991). */
export function easterOf(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const epact =
    (19 * golden +
      century -
      Math.floor(century / 4) -
      Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) +
      15) %
    30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const monthAndDay = epact + toSunday - 7 * correction + 114;
  return dayOf(year, Math.floor(monthAndDay / 31), (monthAndDay % 31) + 1);
}
