import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PermanentError } from '@closing-bell/contracts';
import { cleanBars, ExchangeCalendar, type CleanBars, type Repair } from '@closing-bell/market';
import { XNYS } from '../src/calendar/xnys';
import { parseCsvBars } from '../src/sources/csv-bars';
import { thrownBy, xnys } from './fixtures/bars';

const FOLDER = resolve(__dirname, '../../../../shared/data/bad_inputs');
const isThere = existsSync(FOLDER);

/** A market of Mondays to Fridays in India: enough of a calendar for the one Indian file. */
const india = new ExchangeCalendar({
  ...XNYS,
  exchange: 'XNSE',
  timeZone: 'Asia/Kolkata',
  currency: 'INR',
  close: '15:30',
  holidays: [],
  halfDays: [],
  closures: {},
  earlyCloses: {},
});

const textOf = (name: string): string => gunzipSync(readFileSync(join(FOLDER, `${name}.csv.gz`))).toString();

function cleaned(text: string, symbol: string, session: string, calendar = xnys): CleanBars {
  const raw = {
    symbol,
    origin: `${symbol}.csv`,
    vouchesFor: { finalBars: false, splitAdjustment: false },
    ...parseCsvBars(text, `${symbol}.csv`, { symbol, session, calendar }),
  };
  return cleanBars(raw, { session, calendar, now: new Date('2030-01-01') });
}

const countsOf = (repairs: readonly Repair[]): Record<string, number> =>
  repairs.reduce<Record<string, number>>((counts, { rule }) => ({ ...counts, [rule]: (counts[rule] ?? 0) + 1 }), {});

if (!isThere) console.warn(`Skipped: the files of real bad inputs are not at ${FOLDER}.`);

(isThere ? describe : describe.skip)("vendors' files as they came", () => {
  it('VIX: has no volume, opens out of range and holidays, and is repaired', () => {
    const { bars, repairs } = cleaned(textOf('cboe_vix_no_volume'), 'VIX', '2026-07-23');
    expect(countsOf(repairs)).toEqual({
      'closed-day': 33,
      'missing-sessions': 4,
      'open-out-of-range': 47,
      'volume-missing': 1,
      'large-move': 10,
    });
    expect(bars.every(({ volume }) => Number.isNaN(volume))).toBe(true);
    expect(bars.find(({ session }) => session === '2004-11-08')).toMatchObject({ open: 13.68, close: 13.8 });
  });

  it('ABEOW: is a header alone, and is refused', () => {
    expect(thrownBy(() => cleaned(textOf('google30y_NASDAQ_ABEOW'), 'ABEOW', '2017-12-08'))).toMatchObject({
      reason: 'unrepairable-bars',
      details: { rule: 'no-rows' },
    });
  });

  it('BBH: mixes two instruments from 2016-05-02 on, and is refused from that day on, not before', () => {
    const text = textOf('google30y_NASDAQ_BBH');
    const before = cleaned(text, 'BBH', '2016-04-29');
    expect(before.bars.at(-1)).toMatchObject({ session: '2016-04-29', close: 106.27 });
    for (const session of xnys.sessionsBetween('2016-05-02', '2017-12-08').filter((_, place) => place % 20 === 0)) {
      const error = thrownBy(() => cleaned(text, 'BBH', session));
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({ reason: 'unrepairable-bars' });
    }
  });

  it('BBH: has sessions by its own clock, half days too', () => {
    const { bars } = cleaned(textOf('google30y_NASDAQ_BBH'), 'BBH', '2012-11-30');
    expect(bars.map(({ session }) => session)).toEqual(xnys.sessionsBetween('2012-11-19', '2012-11-30'));
  });

  it('MSFT 2003: is newest first with dates like 19-Sep-03, and is sorted', () => {
    const { bars, repairs } = cleaned(textOf('matplotlib_msft_2003_descending_d-Mon-yy'), 'MSFT', '2003-09-19');
    expect(countsOf(repairs)).toEqual({ unsorted: 1 });
    expect(bars.map(({ session }) => session)).toEqual(xnys.sessionsBetween('2003-06-19', '2003-09-19'));
    expect(bars.at(-1)).toMatchObject({ close: 29.96, volume: 92433800 });
  });

  it('TSLA: begins with a running quote, which is dropped', () => {
    const { bars, repairs } = cleaned(textOf('nasdaq_export_intraday_row_TSLA'), 'TSLA', '2018-10-15');
    expect(countsOf(repairs)).toEqual({ 'running-quote': 1, unsorted: 1 });
    expect(bars.at(-1)).toMatchObject({ session: '2018-10-15', close: 259.59, volume: 6189026 });
  });

  it('TCS: halves at three bonus issues, which are worked into the prices before', () => {
    const { bars, repairs } = cleaned(textOf('nse_TCS_unadjusted_bonus'), 'TCS', '2019-10-31', india);
    const splits = repairs.filter(({ rule }) => rule === 'unadjusted-split');
    expect(splits.map(({ session }) => session).sort()).toEqual(['2006-07-28', '2009-06-16', '2018-05-31']);
    expect(bars[0]).toMatchObject({ session: '2004-08-25', close: 987.95 / 8, volume: 17116372 * 8 });
    const returns = bars.slice(1).map(({ close }, place) => close / (bars[place]?.close ?? NaN) - 1);
    expect(Math.max(...returns.map(Math.abs))).toBeLessThan(0.2);
  });

  it('TCS: as of the day before a bonus issue, nothing of it is known', () => {
    const { bars } = cleaned(textOf('nse_TCS_unadjusted_bonus'), 'TCS', '2006-07-27', india);
    expect(bars[0]).toMatchObject({ close: 987.95, volume: 17116372 });
  });

  it('TCS: is refused under the calendar of New York', () => {
    expect(thrownBy(() => cleaned(textOf('nse_TCS_unadjusted_bonus'), 'TCS', '2019-10-31'))).toMatchObject({
      details: { rule: 'closed-day' },
    });
  });

  it("pystock: is a comparison of a vendor's captures and no series, and is refused", () => {
    const error = thrownBy(() => cleaned(textOf('pystock_vendor_revisions'), 'A', '2016-10-05'));
    expect(error).toMatchObject({ reason: 'unreadable-bars' });
    expect(error.message).toContain('no column for open, high, low, close');
  });

  it('PTR: has a row of null, which is dropped, and which is no bar of that session', () => {
    const text = textOf('stocknet_PTR_null_row');
    const { bars, repairs } = cleaned(text, 'PTR', '2017-09-01');
    expect(countsOf(repairs)).toEqual({ 'incomplete-row': 1, 'missing-sessions': 1 });
    expect(bars).toHaveLength(1257);
    expect(thrownBy(() => cleaned(text, 'PTR', '2016-06-29'))).toMatchObject({ reason: 'no-bar-for-session' });
  });

  it('SPX: has a last bar that is not final, which is not taken; that of the day before is', () => {
    const text = textOf('vendor_splice_SPX_unfinal_last_bar');
    expect(thrownBy(() => cleaned(text, 'SPX', '2026-08-21'))).toMatchObject({
      reason: 'no-bar-for-session',
      details: { rule: 'unfinished-bar' },
    });
    const { bars, repairs } = cleaned(text, 'SPX', '2026-08-20');
    expect(bars.at(-1)).toMatchObject({ close: 7641.16 });
    expect(countsOf(repairs)).toEqual({ 'volume-missing': 2 });
  });

  it('GEV: has a header of three rows, and is read', () => {
    const { bars, repairs } = cleaned(textOf('yfinance_3row_header_GEV'), 'GEV', '2025-07-24');
    expect(repairs).toEqual([]);
    expect(bars.at(-1)).toMatchObject({ open: 632.27001953125, close: 623.969970703125, volume: 3634921 });
  });
});

(isThere ? describe : describe.skip)('real bars without a defect', () => {
  it.each(['us_long30_2000_2022', 'us_stocknet88_2012_2017'])(
    '%s: no price is changed, and no crash is taken for a split',
    (name) => {
      const [header = '', ...lines] = gunzipSync(readFileSync(join(FOLDER, '..', `${name}.csv.gz`)))
        .toString()
        .trim()
        .split('\n');
      const bySymbol = new Map<string, string[]>();
      for (const line of lines) {
        const symbol = line.slice(0, line.indexOf(','));
        bySymbol.set(symbol, bySymbol.get(symbol) ?? []);
        bySymbol.get(symbol)?.push(line);
      }
      const repairs: Repair[] = [];
      for (const [symbol, own] of bySymbol) {
        const last = own.at(-1)?.split(',')[1] ?? '';
        repairs.push(...cleaned([header, ...own].join('\n'), symbol, last).repairs);
      }
      const harmless = ['large-move', 'incomplete-row', 'missing-sessions'];
      expect(repairs.filter(({ rule }) => !harmless.includes(rule))).toEqual([]);
      expect(bySymbol.size).toBeGreaterThan(29);
    },
  );
});
