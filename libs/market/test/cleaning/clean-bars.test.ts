import fc from 'fast-check';
import { cleanBars, SourceUnavailableError, type RawRow } from '@closing-bell/market';
import { PermanentError } from '@closing-bell/contracts';
import { CLEANING_RULES } from '../../src/cleaning/cleaning-rules';
import { calmRows, clean, rawBars, thrownBy, xnys } from '../fixtures/bars';

const LAST = '2020-02-28';
const rows = calmRows(LAST, 300);

/** The rows with one of them changed, `before` rows before the last. */
function changed(before: number, change: Partial<RawRow> | ((row: RawRow) => Partial<RawRow>)): RawRow[] {
  return rows.map((row, place) =>
    place === rows.length - 1 - before ? { ...row, ...(typeof change === 'function' ? change(row) : change) } : row,
  );
}

/** The rows with everything from one of them on at another price level. */
function levelFrom(before: number, ratio: number, change: Partial<Record<'range' | 'volume', number>> = {}): RawRow[] {
  return rows.map((row, place) => {
    if (place < rows.length - 1 - before) return row;
    const day = place === rows.length - 1 - before;
    const scaled = {
      ...row,
      open: row.open * ratio,
      high: row.high * ratio,
      low: row.low * ratio,
      close: row.close * ratio,
      volume: row.volume / ratio,
    };
    if (!day) return scaled;
    return { ...scaled, low: scaled.low / (change.range ?? 1), volume: scaled.volume * (change.volume ?? 1) };
  });
}

const rulesOf = (result: { repairs: readonly { rule: string }[] }): string[] => result.repairs.map(({ rule }) => rule);
const at = (before: number): RawRow => rows[rows.length - 1 - before] as RawRow;

describe('clean rows', () => {
  it('pass as they are, without a note', () => {
    const { bars, repairs } = clean(rows);
    expect(repairs).toEqual([]);
    expect(bars).toEqual(
      rows.map(({ session, open, high, low, close, volume }) => ({ session, open, high, low, close, volume })),
    );
  });

  it('are not changed in place', () => {
    const before = structuredClone(rows);
    clean([...rows].reverse());
    expect(rows).toEqual(before);
  });
});

describe('rows as a whole', () => {
  it('in descending order are sorted, with one note', () => {
    const { bars, repairs } = clean(rows.toReversed());
    expect(bars).toEqual(clean(rows).bars);
    expect(repairs).toEqual([
      { rule: 'unsorted', session: rows[0]?.session, before: 'newest row first', after: 'oldest row first' },
    ]);
  });

  it('that say the same twice are taken once, with a note', () => {
    const result = clean([...rows.slice(0, 50), ...rows.slice(49)]);
    expect(result.bars).toEqual(clean(rows).bars);
    expect(rulesOf(result)).toEqual(['duplicate-row']);
  });

  it('that say two things of one session are refused, with the difference', () => {
    const error = thrownBy(() => clean([...rows, { ...at(0), close: at(0).close + 0.5 }]));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ reason: 'unrepairable-bars', details: { rule: 'duplicate-row', at: LAST } });
    expect(error.message).toContain(`close ${at(0).close} and ${at(0).close + 0.5}`);
  });

  it('without prices are dropped, and the gap is noted', () => {
    const nothing = { open: NaN, high: NaN, low: NaN, close: NaN, volume: NaN };
    const result = clean(changed(10, nothing));
    expect(result.bars).toHaveLength(rows.length - 1);
    expect(result.repairs).toMatchObject([
      { rule: 'incomplete-row', session: at(10).session },
      { rule: 'missing-sessions', session: at(10).session },
    ]);
  });

  it('of days without a session are dropped, with a note each', () => {
    const sunday = { ...at(4), session: '2020-02-23' };
    const result = clean([...rows.slice(0, -5), sunday, ...rows.slice(-5)]);
    expect(result.bars).toEqual(clean(rows).bars);
    expect(result.repairs).toMatchObject([{ rule: 'closed-day', session: '2020-02-23' }]);
  });

  it('of many such days are refused as those of another exchange', () => {
    const saturdays = rows
      .filter((row) => new Date(row.session).getUTCDay() === 5)
      .map((row) => ({
        ...row,
        session: new Date(Date.parse(row.session) + 86_400_000).toISOString().slice(0, 10),
      }));
    const together = [...rows, ...saturdays].filter((row) => row.session <= LAST);
    together.sort((a, b) => (a.session < b.session ? -1 : 1));
    expect(thrownBy(() => clean(together))).toMatchObject({ details: { rule: 'closed-day' } });
  });

  it('from before the calendar are dropped, with one note', () => {
    const old = [1985, 1986].map((year) => ({ ...at(0), session: `${year}-05-06` }));
    const result = clean([...old, ...rows]);
    expect(result.bars).toEqual(clean(rows).bars);
    expect(rulesOf(result)).toEqual(['before-calendar']);
  });

  it('that are none are refused', () => {
    const cleaning = { session: LAST, calendar: xnys, now: new Date('2020-03-01') };
    expect(thrownBy(() => cleanBars(rawBars([]), cleaning))).toMatchObject({ details: { rule: 'no-rows' } });
  });
});

describe('prices', () => {
  it.each<[string, Partial<RawRow>]>([
    ['a high below the low', { high: 90, low: 95, close: 92 }],
    ['a low of zero', { low: 0 }],
    ['a negative close', { close: -1, low: -2 }],
    ['a close far above the range', { close: 150 }],
    ['a close far below the range', { close: 50 }],
  ])('are refused for %s, wherever it stands', (_defect, change) => {
    for (const before of [0, 100]) {
      const error = thrownBy(() => clean(changed(before, change)));
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({ reason: 'unrepairable-bars', details: { at: at(before).session } });
    }
  });

  it('have their range widened to a close that is outside by rounding', () => {
    const result = clean(changed(3, ({ high }) => ({ close: high * 1.0005 })));
    expect(result.bars.at(-4)?.high).toBe(at(3).high * 1.0005);
    expect(rulesOf(result)).toEqual(['close-out-of-range']);
  });

  it('have an open of zero replaced by the close before, kept in range', () => {
    const result = clean(changed(3, { open: 0 }));
    const open = Math.min(Math.max(at(4).close, at(3).low), at(3).high);
    expect(result.bars.at(-4)?.open).toBe(open);
    expect(result.repairs).toEqual([
      { rule: 'open-missing', session: at(3).session, before: 'open 0', after: `open ${open}` },
    ]);
  });

  it('have an open outside the range moved to its nearer end', () => {
    const result = clean(changed(3, { open: 2.58 }));
    expect(result.bars.at(-4)?.open).toBe(at(3).low);
    expect(rulesOf(result)).toEqual(['open-out-of-range']);
  });
});

describe('volume', () => {
  it('is unknown, not zero, where none is published; one note tells of all rows', () => {
    const result = clean(rows.map((row) => ({ ...row, volume: NaN })));
    expect(result.bars.every(({ volume }) => Number.isNaN(volume))).toBe(true);
    expect(result.repairs).toMatchObject([{ rule: 'volume-missing', session: rows[0]?.session }]);
  });

  it('of zero is unknown where the price moved, and true where it did not', () => {
    expect(clean(changed(9, { volume: 0 })).bars.at(-10)?.volume).toBeNaN();
    const still = clean(changed(9, ({ close }) => ({ volume: 0, open: close, high: close, low: close })));
    expect(still.bars.at(-10)?.volume).toBe(0);
    expect(still.repairs).toEqual([]);
  });
});

describe('a split that is not worked into the prices', () => {
  it.each([1 / 2, 2 / 3, 1 / 3, 1 / 5, 1 / 10, 5, 10])('of ratio %d is, with a note', (ratio) => {
    const result = clean(levelFrom(20, ratio));
    expect(result.repairs).toMatchObject([{ rule: 'unadjusted-split', session: at(20).session }]);
    expect(result.repairs[0]?.after).toContain(`times ${ratio}`);
    const expected = clean(rows).bars.map((bar) => bar.close * ratio);
    for (const [place, bar] of result.bars.entries()) expect(bar.close).toBeCloseTo(expected[place] ?? NaN, 8);
    expect(result.bars[0]?.volume).toBeCloseTo((rows[0]?.volume ?? NaN) / ratio, 4);
  });

  it('twice is worked in twice', () => {
    const twice = levelFrom(100, 1 / 2).map((row, place) =>
      place < rows.length - 21
        ? row
        : {
            ...row,
            open: row.open / 3,
            high: row.high / 3,
            low: row.low / 3,
            close: row.close / 3,
            volume: row.volume * 3,
          },
    );
    const result = clean(twice);
    expect(rulesOf(result)).toEqual(['unadjusted-split', 'unadjusted-split']);
    expect(result.bars[0]?.close).toBeCloseTo((rows[0]?.close ?? NaN) / 6, 8);
    expect(result.bars.at(-50)?.close).toBeCloseTo(at(49).close / 6, 8);
  });

  it('is told from a crash to the same level by turnover', () => {
    const result = clean(levelFrom(20, 1 / 2, { volume: 8 }));
    expect(rulesOf(result)).toEqual(['large-move']);
    expect(result.bars[0]?.close).toBe(rows[0]?.close);
  });

  it('is told from a crash to the same level by range', () => {
    const result = clean(levelFrom(20, 1 / 2, { range: 1.25 }));
    expect(rulesOf(result)).toEqual(['large-move']);
  });

  it("is found by the vendor's adjusted close however the day went, and of any number of shares", () => {
    const ratio = 35;
    const withEvidence = levelFrom(20, ratio, { volume: 30, range: 1.5 }).map((row, place) => ({
      ...row,
      adjustedClose: place < rows.length - 21 ? row.close * ratio : row.close,
    }));
    expect(clean(withEvidence).repairs).toMatchObject([
      { rule: 'unadjusted-split', after: 'earlier prices times 35, volumes divided by it' },
    ]);
  });

  it("is not assumed where the vendor's adjusted close, which tells of a dividend, tells of no split", () => {
    const withDividend = levelFrom(20, 1 / 2).map((row, place) => ({
      ...row,
      adjustedClose: place < 100 ? row.close * 0.99 : row.close,
    }));
    expect(rulesOf(clean(withDividend))).toEqual(['large-move']);
  });

  it('is not looked for where the source vouches for its adjustment', () => {
    expect(rulesOf(clean(levelFrom(20, 1 / 2), { splitAdjustment: true }))).toEqual(['large-move']);
  });

  it('is seen on its first day, and leaves the answer of the day before as it was', () => {
    const split = levelFrom(20, 1 / 2);
    const dayBefore = split.slice(0, -21);
    expect(clean(dayBefore)).toEqual(clean(rows.slice(0, -21)));
    expect(rulesOf(clean(split.slice(0, -20)))).toEqual(['unadjusted-split']);
  });
});

describe('a change of price', () => {
  it('of a crash is never repaired: 2020-03-16, twelve per cent down', () => {
    const result = clean(levelFrom(0, 0.88));
    expect(result.repairs).toEqual([]);
    expect(result.bars.at(-1)?.close).toBe(at(0).close * 0.88);
  });

  it('to another level without trading is refused', () => {
    const error = thrownBy(() => clean(levelFrom(20, 0.55, { volume: 0.05 })));
    expect(error).toMatchObject({ details: { rule: 'untraded-level', at: at(20).session } });
  });
});

describe('the last bar', () => {
  const close = xnys.closeOf(LAST).getTime();
  const cleanAt = (hoursAfterClose: number, these: readonly RawRow[], vouchesFor = {}): unknown =>
    cleanBars(rawBars(these, vouchesFor), {
      session: LAST,
      calendar: xnys,
      now: new Date(close + hoursAfterClose * 3_600_000),
    });

  it('is waited for while the session goes on, even if there is a row of it', () => {
    const error = thrownBy(() => cleanAt(-0.05, rows));
    expect(error).toBeInstanceOf(SourceUnavailableError);
    expect(error).toMatchObject({ details: { reason: 'session-not-closed', symbol: 'TEST', session: LAST } });
  });

  it('is waited for while it may still be published, and given up after three days', () => {
    expect(thrownBy(() => cleanAt(1, rows.slice(0, -1)))).toMatchObject({ details: { reason: 'not-yet-published' } });
    expect(thrownBy(() => cleanAt(71, rows.slice(0, -1)))).toBeInstanceOf(SourceUnavailableError);
    const error = thrownBy(() => cleanAt(73, rows.slice(0, -1)));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ reason: 'no-bar-for-session' });
    expect(error.message).toContain(at(1).session);
  });

  it('is not believed with half the least volume of a year, unless the source vouches for it', () => {
    const unfinished = changed(0, ({ volume }) => ({ volume: volume * 0.3 }));
    expect(thrownBy(() => cleanAt(1, unfinished))).toMatchObject({ details: { reason: 'bar-not-final' } });
    expect(thrownBy(() => cleanAt(100, unfinished))).toMatchObject({ reason: 'no-bar-for-session' });
    expect(cleanAt(1, unfinished, { finalBars: true })).toMatchObject({ repairs: [] });
  });

  it('may be quiet on a half day', () => {
    const session = '2020-11-27';
    const quiet = calmRows(session, 300).map((row) =>
      row.session === session ? { ...row, volume: row.volume * 0.3 } : row,
    );
    expect(clean(quiet).repairs).toEqual([]);
  });
});

describe('any rows', () => {
  const price = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: 90, max: 110, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(0, -1, NaN, 45, 200) },
  );
  const anyRow = fc.record({
    place: fc.nat(79),
    open: price,
    close: price,
    high: fc.oneof({ weight: 9, arbitrary: fc.constant(112) }, { weight: 1, arbitrary: price }),
    low: fc.oneof({ weight: 9, arbitrary: fc.constant(88) }, { weight: 1, arbitrary: price }),
    volume: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 1_000_000 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, -5, NaN) },
    ),
  });
  const sessions = calmRows(LAST, 80).map(({ session }) => session);

  it('end in bars that keep every promise, or in a refusal that names its rule', () => {
    const outcomes = { bars: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 6 }), (changes) => {
        const mixed = calmRows(LAST, 80).map((row, place) => ({
          ...row,
          ...changes.find((change) => change.place === place),
          session: sessions[place] ?? '',
        }));
        try {
          const { bars } = clean(mixed);
          outcomes.bars++;
          expect(bars.at(-1)?.session).toBe(LAST);
          for (const [place, { session, open, high, low, close, volume }] of bars.entries()) {
            expect(place === 0 || (bars[place - 1]?.session ?? '') < session).toBe(true);
            expect(xnys.isSession(session)).toBe(true);
            expect(low > 0 && low <= open && open <= high && low <= close && close <= high).toBe(true);
            expect(Number.isFinite(high)).toBe(true);
            expect(Number.isNaN(volume) || volume >= 0).toBe(true);
          }
        } catch (error) {
          if (!(error instanceof PermanentError)) throw error;
          outcomes.refused++;
          expect(CLEANING_RULES.map(({ name }) => name)).toContain(error.details.rule);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(outcomes.bars).toBeGreaterThan(30);
    expect(outcomes.refused).toBeGreaterThan(30);
  });
});

describe('the rules', () => {
  it('have names of their own, and say what they detect and do', () => {
    expect(new Set(CLEANING_RULES.map(({ name }) => name)).size).toBe(CLEANING_RULES.length);
    for (const { name, detects, does } of CLEANING_RULES) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(Math.min(detects.length, does.length)).toBeGreaterThan(5);
    }
  });
});
