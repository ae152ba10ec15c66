import { type Bar, calendarOf } from '@closing-bell/market';
import fc from 'fast-check';
import { staleBars } from '../../src/abstention/stale-bars';
import { type Abstention } from '../../src/forecaster';
import { noiseHistory } from '../fixtures/histories';
import { sampleBars } from '../fixtures/sample';
import { describeWith, sharedBars } from '../fixtures/shared-data';

const calendar = calendarOf('XNYS');
const sessions = calendar.sessionsBetween('2019-01-02', '2019-12-31');

/** Bars of 2019 that trade. */
function liveBars(count = 60): Bar[] {
  return noiseHistory(count, 1).bars.map(({ close }, index) => ({
    session: sessions[index] ?? '',
    open: close * 1.001,
    high: close * 1.01,
    low: close * 0.99,
    close,
    volume: 1000 + index,
  }));
}

/** Bars as `change` makes them from row `from` on. */
function changedFrom(from: number, change: (bar: Bar, before: Bar) => Partial<Bar>, bars = liveBars()): Bar[] {
  const changed = bars.slice(0, from);
  for (const bar of bars.slice(from)) changed.push({ ...bar, ...change(bar, changed.at(-1) ?? bar) });
  return changed;
}

const untraded = (volume: number) => (_: Bar, before: Bar) => {
  const { close } = before;
  return { open: close, high: close, low: close, close, volume };
};

const everyRow = (bars: readonly Bar[]): number[] => bars.map((_, row) => row);
const staleRows = (bars: readonly Bar[]): number[] =>
  staleBars(bars, calendar, everyRow(bars)).flatMap((found, row) => (found ? [row] : []));

/** What is said of the last bar. */
function saidOfLast(bars: readonly Bar[]): Abstention | undefined {
  return staleBars(bars, calendar, [bars.length - 1])[0];
}

describe('stale bars', () => {
  it('are none of those that trade, nor the first ones of a young symbol', () => {
    expect(staleRows(liveBars())).toEqual([]);
    expect(staleRows(liveBars(1))).toEqual([]);
    expect(staleBars([], calendar, [])).toEqual([]);
    expect(staleBars(liveBars(), calendar, [])).toEqual([]);
  });

  it.each([0, NaN])('are those without a trade from the fifth session in a row on, with a volume of %d', (volume) => {
    expect(staleRows(changedFrom(50, untraded(volume)))).toEqual([54, 55, 56, 57, 58, 59]);
  });

  it('say since when nothing was traded, at which price, and what to do', () => {
    const bars = changedFrom(50, untraded(0)).slice(0, 55);
    expect(saidOfLast(bars)).toEqual({
      outcome: 'abstained',
      code: 'stale-bars',
      detail: `Nothing was traded in 5 sessions: open, high, low and close stand at ${bars[49]?.close} since ${sessions[49]}. The symbol is halted or delisted, or its source repeats the last price. Check the source, and stop following a symbol that no longer trades.`,
    });
  });

  it('are live again with the first trade at another price', () => {
    const halted = changedFrom(30, untraded(0), liveBars(40));
    const resumed = liveBars().slice(40);
    expect(staleRows([...halted, ...resumed])).toEqual([34, 35, 36, 37, 38, 39]);
  });

  it('are those whose bar comes again with its volume, from the third session on', () => {
    const bars = changedFrom(50, (_, { session: _session, ...before }) => before).slice(0, 53);
    expect(staleRows(bars)).toEqual([52]);
    expect(saidOfLast(bars)?.detail).toContain(
      `The bar of ${sessions[49]} came again in each of the 3 sessions after it`,
    );
  });

  it('are those whose close stands still for ten sessions, whatever is traded around it', () => {
    const bars = changedFrom(45, ({ volume }, { close }) => ({ close, high: close + 1, low: close - 1, volume }));
    expect(staleRows(bars)[0]).toBe(54);
    expect(saidOfLast(bars.slice(0, 55))?.detail).toContain(`since ${sessions[44]}, 10 sessions ago`);
  });

  it('are those with more than five of the last twenty sessions without a bar, until twenty have passed', () => {
    const without = (count: number): Bar[] => liveBars().filter((_, row) => row < 30 || row >= 30 + count);
    expect(staleRows(without(5))).toEqual([]);
    // Row 30 is now session 36; the first missing session is the 21st before session 50.
    expect(staleRows(without(6))).toEqual(Array.from({ length: 14 }, (_, index) => 30 + index));
    expect(saidOfLast(without(6).slice(0, 31))?.detail).toContain(
      `6 of the last 20 sessions up to ${sessions[36]} have no bar, and at most 5 may be missing`,
    );
  });

  it('are told of by what was known at the origin, whichever origins are asked about', () => {
    const kinds = fc.constantFrom('live', 'untraded', 'repeated', 'still', 'missing');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 14 })), { maxLength: 12 }),
        fc.array(fc.nat(199), { maxLength: 8 }),
        (stretches, asked) => {
          const kindOf = stretches.flatMap(([kind, length]) => new Array<string>(length).fill(kind));
          const bars: Bar[] = [];
          liveBars(200).forEach((bar, row) => {
            const before = bars.at(-1) ?? bar;
            const kind = kindOf[row] ?? 'live';
            if (kind === 'untraded') bars.push({ ...bar, ...untraded(0)(bar, before) });
            else if (kind === 'repeated') bars.push({ ...before, session: bar.session });
            else if (kind === 'still') bars.push({ ...bar, close: before.close });
            else if (kind === 'live') bars.push(bar);
          });
          const origins = [...new Set(asked)].filter((row) => row < bars.length).sort((a, b) => a - b);
          const together = staleBars(bars, calendar, origins);
          expect(together).toEqual(origins.map((origin) => saidOfLast(bars.slice(0, origin + 1))));
          for (const found of together) expect(found?.detail.length ?? 0).toBeLessThanOrEqual(500);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('are none in the S&P 500 index from 2000 to 2020', () => {
    expect(staleRows(sampleBars())).toEqual([]);
  });
});

const LONG = 'us_long30_2000_2022.csv.gz';
const INDIA = 'in_nifty25_2000_2019.csv.gz';
const AS_TRADED = 'us_pit550_2015_2017.csv.gz';
const VOLATILITY = 'idx_vix_1990_2022.csv.gz';

describeWith([LONG, AS_TRADED, VOLATILITY, INDIA])('stale bars among real ones', () => {
  const staleSymbols = (file: string): [string, number][] =>
    [...sharedBars(file)].flatMap(([symbol, bars]): [string, number][] => {
      const rows = staleRows(bars.filter(({ session }) => calendar.isSession(session)));
      return rows.length === 0 ? [] : [[symbol, rows.length]];
    });

  it('are none of thirty stocks in 23 years, nor of an index without a volume in 33', () => {
    expect(staleSymbols(LONG)).toEqual([]);
    expect(staleSymbols(VOLATILITY)).toEqual([]);
  });

  it('are none of 25 Indian stocks in 20 years, thin ones and years among them', () => {
    // Their holidays are others: bars are looked at as if they were of consecutive sessions.
    const days = calendar.sessionsBetween('1990-01-02', '2022-12-30');
    for (const [symbol, bars] of sharedBars(INDIA)) {
      const consecutive = bars.map((bar, index) => ({ ...bar, session: days[index] ?? '' }));
      expect([symbol, staleRows(consecutive)]).toEqual([symbol, []]);
    }
  });

  it('are those of trading halts, warrants and shells that nobody trades, and of no one else', () => {
    const stale = new Map(staleSymbols(AS_TRADED));
    // DSKX and UDF were halted for months, TCBIW is a warrant, AV a name that passed to another company.
    for (const symbol of ['DSKX', 'UDF', 'TCBIW', 'AV']) expect(stale.get(symbol)).toBeGreaterThan(10);
    for (const symbol of ['DHR', 'OCLS']) expect(stale.get(symbol)).toBeUndefined();
    expect(stale.size).toBeLessThan(35);
  });
});
