import { type RawRow } from '../bars/bar';
import { type CleaningRule } from './cleaning';

/** How far a close may lie outside its range and still be a matter of rounding, relative. */
const ROUNDING = 1e-3;

export const impossiblePrice: CleaningRule = {
  name: 'impossible-price',
  detects: 'a high, low or close that is zero or negative, or a high below the low',
  does: 'refuses: nobody can say which of the numbers is right',
  apply: (rows, { refuse }) => {
    for (const { session, high, low, close } of rows) {
      if (Math.min(high, low, close) <= 0) refuse(session, `high ${high}, low ${low}, close ${close}: not above zero`);
      if (high < low) refuse(session, `high ${high} is below low ${low}`);
    }
    return rows;
  },
};

export const closeOutOfRange: CleaningRule = {
  name: 'close-out-of-range',
  detects: 'a close outside low to high',
  does: 'widens the range where the difference is one of rounding; refuses otherwise',
  apply: (rows, { note, refuse }) =>
    rows.map((row) => {
      const { session, high, low, close } = row;
      if (close >= low && close <= high) return row;
      if (close > high * (1 + ROUNDING) || close < low * (1 - ROUNDING)) {
        refuse(session, `close ${close} lies outside ${low} to ${high}`);
      }
      const widened = { ...row, high: Math.max(high, close), low: Math.min(low, close) };
      note(session, `low ${low}, high ${high}, close ${close}`, `low ${widened.low}, high ${widened.high}`);
      return widened;
    }),
};

export const openMissing: CleaningRule = {
  name: 'open-missing',
  detects: 'an open that is not given, zero or negative',
  does: 'takes the close before, moved into low to high',
  apply: (rows, { note }) =>
    rows.map((row, place) => {
      if (row.open > 0) return row;
      const open = intoRange(rows[place - 1]?.close ?? row.close, row);
      note(row.session, `open ${Number.isNaN(row.open) ? 'not given' : row.open}`, `open ${open}`);
      return { ...row, open };
    }),
};

export const openOutOfRange: CleaningRule = {
  name: 'open-out-of-range',
  detects: 'an open outside low to high',
  does: 'moves it to the nearer of the two',
  apply: (rows, { note }) =>
    rows.map((row) => {
      const open = intoRange(row.open, row);
      if (open === row.open) return row;
      note(row.session, `open ${row.open} outside ${row.low} to ${row.high}`, `open ${open}`);
      return { ...row, open };
    }),
};

function intoRange(price: number, { low, high }: RawRow): number {
  return Math.min(Math.max(price, low), high);
}
