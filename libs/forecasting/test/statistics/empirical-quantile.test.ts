import { empiricalQuantile } from '../../src/statistics/empirical-quantile';

describe('the empirical quantile', () => {
  const sorted = Float64Array.of(1, 2, 4, 8);

  it('interpolates between order statistics', () => {
    expect(empiricalQuantile(sorted, 0.5)).toBe(3);
    expect(empiricalQuantile(sorted, 0.9)).toBeCloseTo(6.8, 12);
  });

  it('reaches from the least to the greatest value', () => {
    expect(empiricalQuantile(sorted, 0)).toBe(1);
    expect(empiricalQuantile(sorted, 1)).toBe(8);
  });
});
