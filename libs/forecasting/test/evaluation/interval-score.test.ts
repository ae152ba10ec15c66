import { centralInterval, covers, winklerScore } from '../../src/evaluation/interval-score';
import { QUANTILE_LEVELS } from '../../src/horizons';

const uniform = Float64Array.from(QUANTILE_LEVELS);

describe('a central interval', () => {
  it.each([
    [0.5, 0.25, 0.75],
    [0.8, 0.1, 0.9],
    [0.9, 0.05, 0.95],
  ])('of %d lies between the levels %d and %d', (nominal, low, high) => {
    const interval = centralInterval(nominal);
    expect(QUANTILE_LEVELS[interval.lower]).toBe(low);
    expect(QUANTILE_LEVELS[interval.upper]).toBe(high);
  });

  it('covers its ends and what is between', () => {
    const interval = centralInterval(0.9);
    expect([0.049, 0.05, 0.5, 0.95, 0.951].map((outcome) => covers(interval, uniform, outcome))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('scores its width, and twenty times what a 90 % interval is missed by', () => {
    const interval = centralInterval(0.9);
    expect(winklerScore(interval, uniform, 0.4)).toBeCloseTo(0.9, 12);
    expect(winklerScore(interval, uniform, 0.02)).toBeCloseTo(0.9 + 20 * 0.03, 12);
    expect(winklerScore(interval, uniform, 1.05)).toBeCloseTo(0.9 + 20 * 0.1, 12);
    expect(winklerScore(centralInterval(0.5), uniform, 0.15)).toBeCloseTo(0.5 + 4 * 0.1, 12);
  });
});
