import * as fc from 'fast-check';
import { type Bar } from '@closing-bell/market';
import { closingBellFeatures, computeFeatures, scaleFreeFeatures, warmUpOf } from '../src';
import { indexBars, randomWalk } from './sample-bars';

const scaled = (bars: readonly Bar[], factor: number): Bar[] =>
  bars.map((bar) => ({
    ...bar,
    open: bar.open * factor,
    high: bar.high * factor,
    low: bar.low * factor,
    close: bar.close * factor,
  }));

describe('scale-free features', () => {
  const declared = {
    name: 'declared-scale-free',
    version: 1,
    features: closingBellFeatures.features.filter(({ scaleFree }) => scaleFree),
  };

  it.each([0.001, 1 / 3, 7, 1234.5])('stay as they are to 1e-9 when all prices are multiplied by %d', (factor) => {
    const bars = indexBars('2018-06-01', '2020-04-17');
    const before = computeFeatures(bars, declared);
    const after = computeFeatures(scaled(bars, factor), declared);
    for (const { name } of declared.features) {
      before.columns[name]?.forEach((value, index) => {
        const other = after.columns[name]?.[index] ?? NaN;
        if (Number.isNaN(value)) expect(other).toBeNaN();
        else expect(Math.abs(other - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
      });
    }
  });

  it('do change, where they are not declared scale-free, when prices are multiplied', () => {
    const bars = indexBars('2019-06-03', '2020-04-17');
    const priced = { ...declared, features: closingBellFeatures.features.filter(({ scaleFree }) => !scaleFree) };
    const before = computeFeatures(bars, priced);
    const after = computeFeatures(scaled(bars, 7), priced);
    for (const { name } of priced.features) {
      const last = bars.length - 1;
      expect(after.columns[name]?.[last]).toBeCloseTo(7 * (before.columns[name]?.[last] ?? NaN), 6);
    }
  });

  it('of the forecaster stay as they are to 1e-9 on random walks that stand still at times', () => {
    fc.assert(
      fc.property(randomWalk(70, 140), fc.double({ min: 0.01, max: 100, noNaN: true }), (bars, factor) => {
        const before = computeFeatures(bars, scaleFreeFeatures);
        const after = computeFeatures(scaled(bars, factor), scaleFreeFeatures);
        return scaleFreeFeatures.features.every(({ name }) =>
          before.columns[name]?.every((value, index) => {
            const other = after.columns[name]?.[index] ?? NaN;
            return Number.isNaN(value)
              ? Number.isNaN(other)
              : Math.abs(other - value) <= 1e-9 * Math.max(1, Math.abs(value));
          }),
        );
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('are of moderate size on real bars, so that a network needs no further scaling', () => {
    const table = computeFeatures(indexBars('2000-01-03', '2020-04-17'), scaleFreeFeatures);
    for (const { name } of scaleFreeFeatures.features) {
      const values = (table.columns[name] ?? new Float64Array()).slice(warmUpOf(scaleFreeFeatures));
      const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
      expect({ name, moderate: spread > 0.1 && spread < 2.5 && values.every((value) => Math.abs(value) < 10) }).toEqual(
        {
          name,
          moderate: true,
        },
      );
    }
  });
});
