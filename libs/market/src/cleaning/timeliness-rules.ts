import { type RawRow } from '../bars/bar';
import { type ExchangeCalendar } from '../calendar/exchange-calendar';
import { type CleaningRule } from './cleaning';
import { median } from './recent-trading';

/** Volumes are compared with the median of this many sessions before, and that ratio with those of the year before. */
const WINDOW = 20;
const YEAR = 250;
const FEWEST_RATIOS = 120;

/** A volume this far below the lowest of a year, all relative to the sessions around them, is that of an unfinished session. */
const BELOW_LOWEST = 0.8;
const LOW = 0.7;

export const notPublished: CleaningRule = {
  name: 'not-published',
  detects: 'a session that is not closed yet, or a last row older than it',
  does: 'waits for up to three days after the close; then refuses',
  apply: (rows, { session, calendar, now, waitFor }) => {
    if (now < calendar.closeOf(session)) {
      waitFor('session-not-closed', `it closes at ${calendar.closeOf(session).toISOString()}`);
    }
    const last = rows.at(-1)?.session;
    if (last !== session)
      waitFor('not-yet-published', last === undefined ? 'there is no row' : `the last row is of ${last}`);
    return rows;
  },
};

export const unfinishedBar: CleaningRule = {
  name: 'unfinished-bar',
  detects:
    'a last row with far less volume than any full session of the year before: written while the session was going on. ' +
    'Half days and the turn of the year are quiet, and are left out',
  does: 'waits for up to three days after the close; then refuses',
  apply: (rows, { session, calendar, vouchesFor, waitFor }) => {
    const last = rows.length - 1;
    if (vouchesFor.finalBars || isQuiet(session, calendar)) return rows;
    const ratio = volumeRatio(rows, last);
    if (!(ratio < LOW)) return rows;
    const ordinary: number[] = [];
    for (let place = Math.max(WINDOW, last - YEAR); place < last; place++) {
      const past = volumeRatio(rows, place);
      if (past >= 0 && !isQuiet(rows[place]?.session ?? '', calendar)) ordinary.push(past);
    }
    const lowest = Math.min(...ordinary);
    if (ordinary.length >= FEWEST_RATIOS && ratio < BELOW_LOWEST * lowest) {
      waitFor(
        'bar-not-final',
        `its volume, ${rows[last]?.volume}, is ${ratio.toFixed(2)} of the usual, where the least of a year was ${lowest.toFixed(2)}`,
      );
    }
    return rows;
  },
};

/** Volume over the median of those known among the twenty rows before; NaN where there is none. */
function volumeRatio(rows: readonly RawRow[], place: number): number {
  const before = rows.slice(Math.max(0, place - WINDOW), place).filter((row) => row.volume > 0);
  return (rows[place]?.volume ?? Number.NaN) / median(before.map((row) => row.volume));
}

function isQuiet(session: string, calendar: ExchangeCalendar): boolean {
  const day = session.slice(5);
  return day >= '12-22' || day <= '01-03' || calendar.isHalfDay(session);
}
