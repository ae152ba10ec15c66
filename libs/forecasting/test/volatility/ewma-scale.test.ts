import { ewmaVolatility } from '@closing-bell/features';
import { historyUntil } from '../../src/history';
import { ewmaScale } from '../../src/volatility/ewma-scale';
import { historyOf, noiseHistory } from '../fixtures/histories';
import { poisonedAfter } from './fixtures/stochastic-volatility';

describe('the EWMA scale', () => {
  const history = noiseHistory(400, 3);
  const all = ewmaScale.scales(history, 0, 400);

  it('is the EWMA volatility times the root of the sessions ahead', () => {
    const volatility = ewmaVolatility(history.bars.map(({ close }) => close));
    expect(all).toHaveLength(4000);
    for (const row of [1, 57, 399]) {
      for (let horizon = 1; horizon <= 10; horizon++) {
        const expected = (volatility[row] ?? NaN) * Math.sqrt(horizon);
        expect(all[row * 10 + horizon - 1]).toBeCloseTo(expected, 14);
      }
    }
  });

  it('is the same to the bit when everything after the row is cut off or is something else', () => {
    const poisoned = poisonedAfter(history, 250);
    for (const row of [1, 2, 100, 250]) {
      const expected = all.slice(row * 10, row * 10 + 10);
      expect(ewmaScale.scales(historyUntil(history, row), row, 1)).toEqual(expected);
      expect(ewmaScale.scales(poisoned, row, 1)).toEqual(expected);
    }
    expect(ewmaScale.scales(poisoned, 251, 1)).not.toEqual(all.slice(2510, 2520));
  });

  it('gives any stretch of rows as it is among all', () => {
    expect(ewmaScale.scales(history, 130, 25)).toEqual(all.slice(1300, 1550));
    expect(ewmaScale.scales(history, 130, 0)).toHaveLength(0);
  });

  it('is not said of the first session, nor while the price has not moved', () => {
    expect(all.findIndex((scale) => !Number.isNaN(scale))).toBe(10);
    expect(all.slice(10).every((scale) => scale > 0)).toBe(true);
    const still = ewmaScale.scales(historyOf([100, 100, 100, 101, 101]), 0, 5);
    expect(still.slice(0, 30).every(Number.isNaN)).toBe(true);
    expect(still.slice(30).every((scale) => scale > 0)).toBe(true);
  });
});
