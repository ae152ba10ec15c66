import { computeFeatures, scaleFreeFeatures } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';
import fc from 'fast-check';
import { type Abstention } from '../../src/forecaster';
import { alignHistory, type History, historyUntil } from '../../src/history';
import { outsideDomain } from '../../src/lstm/domain';
import { LSTM_DEFAULTS } from '../../src/lstm/options';
import { fitScaling, type Preprocessing } from '../../src/lstm/preprocessing';
import { noiseHistory, session } from '../fixtures/histories';
import { sampleBars } from '../fixtures/sample';
import { describeWith, sharedBars } from '../fixtures/shared-data';
import { thrownBy } from '../fixtures/thrown';

/** What a model knows that read the features of a history in some of its rows. */
function learntFrom(history: History, rows: readonly number[], given: Partial<Preprocessing> = {}): Preprocessing {
  const names = Object.keys(history.features.columns);
  const columns = names.map((name) => history.features.columns[name] ?? new Float64Array());
  return {
    format: 'closing-bell-lstm',
    version: 1,
    features: fitScaling(names, [{ columns, rows }]),
    limit: 5,
    lookback: 10,
    horizons: 10,
    target: { scale: 'ewma-volatility', decay: 0.94 },
    head: 'student-t',
    training: {
      from: session(0),
      to: session(rows.length),
      trainingWindows: rows.length,
      validationWindows: 0,
      seed: 1,
      options: LSTM_DEFAULTS,
      epochs: 1,
      bestEpoch: 1,
      validationLoss: 1,
    },
    ...given,
  };
}

const rowsOf = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const noise = noiseHistory(300, 1, ['a', 'b', 'c']);
const learnt = learntFrom(noise, rowsOf(0, 200));

/** The noise with values of features replaced. */
function withValues(...changes: readonly (readonly [feature: string, row: number, value: number])[]): History {
  const columns = Object.fromEntries(
    Object.entries(noise.features.columns).map(([name, column]) => [name, Float64Array.from(column)]),
  );
  for (const [feature, row, value] of changes) columns[feature]![row] = value;
  return { ...noise, features: { ...noise.features, columns } };
}

const outsideRows = (history: History, preprocessing = learnt): number[] => {
  const rows = rowsOf(0, history.bars.length);
  return outsideDomain(history, rows, preprocessing).flatMap((found, row) => (found ? [row] : []));
};

describe('the domain of an LSTM', () => {
  it('holds what is like the training, and windows that do not exist yet', () => {
    expect(outsideRows(noise)).toEqual([]);
    expect(outsideRows(withValues(['a', 3, 1e9]))).toEqual([9, 10, 11, 12]);
  });

  it('holds a single far value, such as a flash crash, and not a second one within the window', () => {
    expect(outsideRows(withValues(['a', 250, 60]))).toEqual([]);
    expect(outsideRows(withValues(['a', 250, 12], ['b', 250, -12]))).toEqual(rowsOf(250, 260));
    expect(outsideRows(withValues(['a', 250, 12], ['a', 255, 12]))).toEqual(rowsOf(255, 260));
    expect(outsideRows(withValues(['a', 250, 12], ['a', 260, 12]))).toEqual([]);
    // Nine deviations are cut off too, but still seen in crashes.
    expect(outsideRows(withValues(['a', 250, 8], ['b', 250, -8], ['c', 250, 8]))).toEqual([]);
  });

  it.each([1e3, -1e300, Infinity])('holds no absurd value, the first session that it comes: %d', (value) => {
    expect(outsideRows(withValues(['b', 250, value]))).toEqual(rowsOf(250, 260));
  });

  it('holds no feature that stands still for five sessions, but for a 0', () => {
    const still = (value: number) => withValues(...rowsOf(250, 256).map((row) => ['c', row, value] as const));
    expect(outsideRows(still(0.5))).toEqual([254, 255]);
    expect(outsideRows(still(0))).toEqual([]);
  });

  it('holds a feature that never moved in training and does not move now', () => {
    const constant = withValues(...rowsOf(0, 300).map((row) => ['c', row, 0.1] as const));
    expect(outsideRows(constant, learntFrom(constant, rowsOf(0, 200)))).toEqual([]);
  });

  it('leaves a missing value to the forecaster, which abstains from it', () => {
    expect(outsideRows(withValues(['a', 250, NaN]))).toEqual([]);
  });

  it('tells the worst features with their deviations and sessions, and what to do', () => {
    const history = withValues(['a', 250, 31], ['b', 248, -1e12]);
    const [{ mean, deviation } = { mean: NaN, deviation: NaN }] = learnt.features;
    const out = ((31 - mean) / deviation).toFixed(1);
    const [said] = outsideDomain(history, [250], learnt);
    expect(said).toMatchObject({ outcome: 'abstained', code: 'out-of-domain' });
    expect(said?.detail).toMatch(
      new RegExp(
        `^The features lie outside what the model learnt from: b \\d\\.\\de\\+11 deviations below its mean at ${session(248)}, a ${out} deviations above its mean at ${session(250)}; beyond 5 it sees no difference\\. Check the bars`,
      ),
    );
    const [stuck] = outsideDomain(
      withValues(...rowsOf(240, 251).map((row) => ['a', row, 0.5] as const)),
      [250],
      learnt,
    );
    expect(stuck?.detail).toContain(`The feature a is 0.5 at each of the 5 sessions up to ${session(250)}`);
  });

  it('is told of by what was known at the origin, whichever origins are asked about', () => {
    const change = fc.tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.integer({ min: 150, max: 299 }),
      fc.oneof(fc.constantFrom(0, 0.5, NaN, 1e9, -1e300, Infinity), fc.double({ min: -30, max: 30, noNaN: true })),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.uniqueArray(fc.nat(299)), (changes, asked) => {
        const history = withValues(...changes);
        const origins = asked.sort((a, b) => a - b);
        const together = outsideDomain(history, origins, learnt);
        expect(together).toEqual(
          origins.map((origin) => outsideDomain(historyUntil(history, origin), [origin], learnt)[0]),
        );
        for (const found of together) expect(found?.detail.length ?? 0).toBeLessThanOrEqual(500);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('cannot be told of without one of the features', () => {
    expect(thrownBy(() => outsideDomain(noiseHistory(50, 1), [40], learnt))).toMatchObject({
      reason: 'missing-feature',
    });
  });
});

/** The first row at which all features are there. */
const COMPLETE = 60;
/** What a model is trained on at least, and at most. */
const FEWEST = 560;
const MOST = 2500;
const YEAR = 250;

function historyOfBars(bars: readonly Bar[]): History {
  return alignHistory(bars, computeFeatures(bars, scaleFreeFeatures));
}

function trainedUntil(history: History, row: number): Preprocessing {
  return learntFrom(history, rowsOf(Math.max(COMPLETE, row - MOST), row));
}

/** Origins outside the domain of a model that is trained again every year, with how many there were. */
function outsideWithRefits(bars: readonly Bar[]): { origins: number; outside: string[] } {
  const history = historyOfBars(bars);
  let origins = 0;
  const outside: string[] = [];
  for (let from = FEWEST; from < bars.length; from += YEAR) {
    const rows = rowsOf(from, Math.min(bars.length, from + YEAR));
    origins += rows.length;
    outsideDomain(history, rows, trainedUntil(history, from)).forEach((found, index) => {
      if (found) outside.push(bars[rows[index] ?? NaN]?.session ?? '');
    });
  }
  return { origins, outside };
}

const times = (prices: number, volumes: number) => (bar: Bar) => ({
  session: bar.session,
  open: bar.open * prices,
  high: bar.high * prices,
  low: bar.low * prices,
  close: bar.close * prices,
  volume: bar.volume * volumes,
});

/** What is said of the sessions from `row` on, where the bars are changed from there on, by a model that was trained before. */
function saidAfter(bars: readonly Bar[], row: number, change: (bar: Bar) => Bar, count: number) {
  const broken = historyOfBars([...bars.slice(0, row), ...bars.slice(row, row + count).map(change)]);
  return outsideDomain(broken, rowsOf(row, row + count), trainedUntil(broken, row));
}

describe('the domain of an LSTM on the S&P 500 index', () => {
  const bars = sampleBars();

  it('holds every session from 2002 to 2020, the crashes of 2008 and 2020 and the flash crash of 2010 among them', () => {
    expect(outsideWithRefits(bars)).toEqual({ origins: bars.length - FEWEST, outside: [] });
  });

  it.each([
    ['prices a hundred times as high', times(100, 1), 0],
    ['prices a hundredth as high', times(0.01, 1), 0],
    ['a split of twenty for one that nobody adjusted', times(1 / 20, 20), 0],
    ['a split of four for one that nobody adjusted', times(1 / 4, 4), 0],
    ['volumes in thousands', times(1, 1 / 1000), 1],
    ['volumes in hundreds', times(1, 1 / 100), 1],
    ['volumes a hundred times as high', times(1, 100), 2],
  ])('ends at once, or for volumes within three sessions, at %s', (_, change, most) => {
    for (const row of [700, 2200, 2700, 4000, 5000]) {
      const found = saidAfter(bars, row, change, 10).findIndex((said) => said !== undefined);
      expect(found).toBeGreaterThanOrEqual(0);
      expect(found).toBeLessThanOrEqual(most);
    }
  });
});

const LONG = 'us_long30_2000_2022.csv.gz';

describeWith([LONG])('the domain of an LSTM on thirty stocks', () => {
  it('holds the crashes of 2008 and 2020, and all but three in ten thousand sessions', () => {
    let origins = 0;
    const outside: string[] = [];
    for (const bars of sharedBars(LONG).values()) {
      const found = outsideWithRefits(bars);
      origins += found.origins;
      outside.push(...found.outside);
    }
    const within = (from: string, to: string): string[] => outside.filter((day) => day >= from && day <= to);
    expect(origins).toBeGreaterThan(150_000);
    expect(outside.length / origins).toBeLessThan(0.0003);
    expect(within('2008-09-01', '2009-03-31')).toEqual([]);
    expect(within('2020-02-19', '2020-06-30')).toEqual([]);
  });

  it('ends at once at prices of another unit or a split, and at the next session where volumes are in thousands', () => {
    for (const [index, bars] of [...sharedBars(LONG).values()].entries()) {
      if (index % 3 !== 0) continue;
      const said = (change: (bar: Bar) => Bar): (Abstention | undefined)[] => saidAfter(bars, 2500, change, 2);
      expect(said(times(100, 1))[0]?.code).toBe('out-of-domain');
      expect(said(times(1 / 20, 20))[0]?.code).toBe('out-of-domain');
      expect(said(times(1, 1 / 1000))[1]?.code).toBe('out-of-domain');
    }
  });
});
