import { HORIZONS, QUANTILE_LEVELS } from '../src/horizons';
import { toPrices } from '../src/prices';

describe('prices of a return distribution', () => {
  const quantiles = Array.from({ length: HORIZONS }, (_, index) =>
    Float64Array.from(QUANTILE_LEVELS, (level) => (index + 1) * (level - 0.4)),
  );
  const prices = toPrices({ outcome: 'forecast', quantiles }, 50);

  it('come one a horizon, with the median as the point', () => {
    expect(prices.map(({ horizon }) => horizon)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(prices[9]?.point).toBeCloseTo(50 * Math.exp(10 * 0.1), 10);
  });

  it('carry every level from the last close', () => {
    expect(prices[1]?.quantiles).toHaveLength(39);
    expect(prices[1]?.quantiles[0]).toBeCloseTo(50 * Math.exp(2 * (0.025 - 0.4)), 10);
  });
});
