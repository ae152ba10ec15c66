import * as fc from 'fast-check';
import { PermanentError } from '@closing-bell/contracts';
import { type Bar } from '@closing-bell/market';
import { closingBellFeatures, computeFeatures, FeatureComputer, scaleFreeFeatures } from '../src';
import { indexBars, randomWalk, sessionNumber } from './sample-bars';

const bits = (values: Float64Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

function rowsOf(bars: readonly Bar[]): Float64Array[] {
  const computer = new FeatureComputer(closingBellFeatures);
  return bars.map((bar) => computer.update(bar));
}

function columnsEqualRows(bars: readonly Bar[]): boolean {
  const { columns } = computeFeatures(bars, closingBellFeatures);
  const rows = rowsOf(bars);
  return closingBellFeatures.features.every(
    ({ name }, feature) =>
      bits(columns[name] ?? new Float64Array()) === bits(Float64Array.from(rows, (row) => row[feature] ?? NaN)),
  );
}

const flatBar = (index: number, volume = 1000): Bar => ({
  session: sessionNumber(index),
  open: 2500.1,
  high: 2500.1,
  low: 2500.1,
  close: 2500.1,
  volume,
});

function refusal(update: () => void): unknown {
  try {
    update();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('features', () => {
  it('computed bar by bar equal the batch to the bit on twenty years of real bars', () => {
    expect(columnsEqualRows(indexBars('2000-01-03', '2020-04-17'))).toBe(true);
  });

  it('computed bar by bar equal the batch to the bit on random walks', () => {
    fc.assert(
      fc.property(randomWalk(1, 120), (bars) => columnsEqualRows(bars)),
      { numRuns: 60, seed: 1 },
    );
  });

  it('of two symbols computed in turns do not touch each other', () => {
    const one = indexBars('2019-01-02', '2019-12-31');
    const other = indexBars('2008-01-02', '2008-12-31').slice(0, one.length);
    const [first, second] = [new FeatureComputer(closingBellFeatures), new FeatureComputer(closingBellFeatures)];
    const mixed = one.map((bar, index) => [first.update(bar), second.update(other[index] ?? bar)]);
    expect(mixed.map(([row]) => bits(row ?? new Float64Array()))).toEqual(rowsOf(one).map(bits));
  });

  it('as of a session do not change when every later bar does', () => {
    const property = fc.property(
      randomWalk(2, 100),
      randomWalk(100, 100),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (bars, noise, part) => {
        const cut = Math.floor(part * (bars.length - 1));
        const poisoned = bars.map((bar, index) =>
          index <= cut ? bar : { ...(noise[index] ?? bar), session: bar.session },
        );
        const [before, after] = [
          computeFeatures(bars, closingBellFeatures),
          computeFeatures(poisoned, closingBellFeatures),
        ];
        return closingBellFeatures.features.every(
          ({ name }) =>
            bits(before.columns[name]?.slice(0, cut + 1) ?? new Float64Array()) ===
            bits(after.columns[name]?.slice(0, cut + 1) ?? new Float64Array(1)),
        );
      },
    );
    fc.assert(property, { numRuns: 60, seed: 2 });
  });

  it.each(closingBellFeatures.features.map(({ name, warmUp }) => [name, warmUp] as const))(
    '%s is first defined on bar %d and on every bar after it',
    (name, warmUp) => {
      const column = computeFeatures(indexBars('2010-01-04', '2011-12-30'), closingBellFeatures).columns[name];
      expect(column?.findIndex((value) => !Number.isNaN(value))).toBe(warmUp);
      expect(column?.slice(warmUp).every(Number.isFinite)).toBe(true);
    },
  );

  describe.each([
    ['a price that never moved', Array.from({ length: 150 }, (_, index) => flatBar(index))],
    ['a price that never moved and had no trades', Array.from({ length: 150 }, (_, index) => flatBar(index, 0))],
    [
      'a price that stands still after a crash',
      [...indexBars('2019-10-01', '2020-03-31'), ...Array.from({ length: 4000 }, (_, index) => flatBar(index))].map(
        (bar, index) => ({ ...bar, session: sessionNumber(index) }),
      ),
    ],
    [
      'closes without a range',
      indexBars('2019-06-03', '2020-04-17').map((bar) => ({
        ...bar,
        open: bar.close,
        high: bar.close,
        low: bar.close,
      })),
    ],
    ['no volume at all', indexBars('2019-06-03', '2020-04-17').map((bar) => ({ ...bar, volume: NaN }))],
  ])('on %s', (_, bars) => {
    const { columns } = computeFeatures(bars, closingBellFeatures);

    it('are finite from the warm-up on, but for the money flow of a missing volume', () => {
      for (const { name, warmUp } of closingBellFeatures.features) {
        const values = columns[name]?.slice(warmUp) ?? new Float64Array();
        if (name === 'mfi_14' && bars.every(({ volume }) => Number.isNaN(volume)))
          expect(values.every(Number.isNaN)).toBe(true);
        else expect({ name, finite: values.every(Number.isFinite) }).toEqual({ name, finite: true });
      }
    });

    it('are of moderate size where the forecaster reads them', () => {
      for (const { name, warmUp } of scaleFreeFeatures.features) {
        const largest = Math.max(...(columns[name]?.slice(warmUp) ?? []).map(Math.abs));
        expect({ name, moderate: largest < 12 }).toEqual({ name, moderate: true });
      }
    });
  });

  it('give neutral values, not the rounding of averages, for a price that stands still', () => {
    const bars = [
      ...indexBars('2019-10-01', '2020-03-31'),
      ...Array.from({ length: 4000 }, (_, index) => flatBar(index)),
    ];
    const { columns } = computeFeatures(
      bars.map((bar, index) => ({ ...bar, session: sessionNumber(index) })),
      closingBellFeatures,
    );
    const last = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.at(-1)]));
    expect(last).toMatchObject({
      bollinger_percent_b: 0.5,
      cci_20: 0,
      williams_r_14: 0,
      stochastic_k: 0,
      scaled_return_20: 0,
      volatility_level: 0,
      parkinson_10: 0,
      close_location: 0,
      relative_volume: 0,
      downside_share_20: 0,
    });
    expect(last['percent_b_centred']).toBeCloseTo(0, 9);
    expect(last['macd_scaled']).toBeCloseTo(0, 8);
  });

  it('on random walks are never infinite', () => {
    fc.assert(
      fc.property(randomWalk(1, 150), (bars) =>
        Object.values(computeFeatures(bars, closingBellFeatures).columns).every((column) =>
          column.every((value) => Number.isNaN(value) || Number.isFinite(value)),
        ),
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  it('of the forecaster are defined from their warm-up on on random walks, missing volumes or not', () => {
    fc.assert(
      fc.property(randomWalk(70, 150), (bars) => {
        const { columns } = computeFeatures(bars, scaleFreeFeatures);
        return scaleFreeFeatures.features.every(({ name, warmUp }) =>
          columns[name]?.slice(warmUp).every(Number.isFinite),
        );
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('are refused where a session does not come after the one before', () => {
    const computer = new FeatureComputer(closingBellFeatures);
    computer.update(flatBar(1));
    expect(() => computer.update(flatBar(1))).toThrow(PermanentError);
    expect(refusal(() => computer.update(flatBar(0)))).toMatchObject({ reason: 'unordered-bars' });
  });

  it.each([{ close: 0 }, { low: NaN }, { high: Infinity }, { open: -1 }, { volume: -1 }, { volume: Infinity }])(
    'are refused for a bar with %p',
    (defect) => {
      const computer = new FeatureComputer(closingBellFeatures);
      expect(refusal(() => computer.update({ ...flatBar(0), ...defect }))).toMatchObject({ reason: 'invalid-bar' });
    },
  );

  it('of no bars are empty columns', () => {
    const table = computeFeatures([], closingBellFeatures);
    expect(table.sessions).toEqual([]);
    expect(table.columns['rsi_14']).toEqual(new Float64Array());
  });
});
