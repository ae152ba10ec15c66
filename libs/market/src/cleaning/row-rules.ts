import { type RawRow } from '../bars/bar';
import { type CleaningRule } from './cleaning';

/** Where more than this share of the rows, and more than a handful of them, is on closed days, the rows are another exchange's. */
const OTHER_CALENDAR_SHARE = 0.02;
const HANDFUL = 5;

/** Two numbers are the same if they differ by no more than rounding does. */
const SAME = 1e-6;

const PRICES = ['open', 'high', 'low', 'close'] as const;

export const incompleteRow: CleaningRule = {
  name: 'incomplete-row',
  detects: 'a row without high, low or close, such as a row of "null"',
  does: 'drops the row',
  apply: (rows, { note }) =>
    rows.filter((row) => {
      if (!Number.isNaN(row.high + row.low + row.close)) return true;
      const missing = (['high', 'low', 'close'] as const).filter((field) => Number.isNaN(row[field]));
      note(row.session, `no ${missing.join(', ')}`, 'row dropped');
      return false;
    }),
};

export const noRows: CleaningRule = {
  name: 'no-rows',
  detects: 'no row at all up to the session',
  does: 'refuses',
  apply: (rows, { session, refuse }) =>
    rows.length === 0 ? refuse(session, 'there is no row up to this session') : rows,
};

export const unsorted: CleaningRule = {
  name: 'unsorted',
  detects: 'rows that are not in ascending order of date',
  does: 'sorts them',
  apply: (rows, { note }) => {
    const first = rows.findIndex((row, place) => row.session < (rows[place - 1]?.session ?? ''));
    if (first < 0) return rows;
    const sorted = rows.toSorted((a, b) => (a.session < b.session ? -1 : a.session > b.session ? 1 : 0));
    const descending = rows.every((row, place) => place === 0 || row.session <= (rows[place - 1]?.session ?? ''));
    note(sorted[0]?.session ?? '', descending ? 'newest row first' : 'rows out of order', 'oldest row first');
    return sorted;
  },
};

export const beforeCalendar: CleaningRule = {
  name: 'before-calendar',
  detects: "rows older than the exchange's calendar",
  does: 'drops them',
  apply: (rows, { calendar, note }) => {
    const kept = rows.filter((row) => row.session >= calendar.firstDate);
    const dropped = rows.length - kept.length;
    if (dropped > 0) {
      note(rows[0]?.session ?? '', `${dropped} rows before ${calendar.firstDate}`, `${dropped} rows dropped`);
    }
    return kept;
  },
};

export const duplicateRow: CleaningRule = {
  name: 'duplicate-row',
  detects: 'two rows of one date',
  does: 'drops the second where both say the same; refuses where they differ',
  apply: (rows, { note, refuse }) =>
    rows.filter((row, place) => {
      const before = rows[place - 1];
      if (before?.session !== row.session) return true;
      const differing = [...PRICES, 'volume' as const].find((field) => !same(before[field], row[field]));
      if (differing) refuse(row.session, `two rows differ: ${differing} ${before[differing]} and ${row[differing]}`);
      note(row.session, 'two rows that say the same', 'the second dropped');
      return false;
    }),
};

export const closedDay: CleaningRule = {
  name: 'closed-day',
  detects: 'a row of a day on which the exchange was closed: a weekend, a holiday, a special session of another market',
  does: 'drops the row; refuses where there are so many that the rows must be of another exchange',
  apply: (rows, { calendar, note, refuse }) => {
    const closed = rows.filter((row) => !calendar.isSession(row.session));
    const [first] = closed;
    if (!first) return rows;
    if (closed.length > HANDFUL && closed.length > OTHER_CALENDAR_SHARE * rows.length) {
      refuse(
        first.session,
        `${closed.length} of ${rows.length} rows are of days on which ${calendar.exchange} was closed, so this is another exchange's symbol`,
      );
    }
    for (const row of closed) note(row.session, `a row, though ${calendar.exchange} was closed`, 'row dropped');
    return rows.filter((row) => calendar.isSession(row.session));
  },
};

export const missingSessions: CleaningRule = {
  name: 'missing-sessions',
  detects: 'sessions between the first row and the last that have none',
  does: 'notes them; no price is made up',
  apply: (rows, { calendar, note }) => {
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last || calendar.sessionDistance(first.session, last.session) === rows.length - 1) return rows;
    for (const [place, row] of rows.entries()) {
      const before = rows[place - 1];
      const missing = before ? calendar.sessionDistance(before.session, row.session) - 1 : 0;
      if (!before || missing === 0) continue;
      const from = calendar.nextSession(before.session);
      note(from, `no row for ${missing} session${missing === 1 ? '' : 's'} from ${from}`, 'left out');
    }
    return rows;
  },
};

function same(a: RawRow['open'], b: RawRow['open']): boolean {
  return (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
}
