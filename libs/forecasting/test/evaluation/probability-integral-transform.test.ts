import { pitBin, probabilityIntegralTransform } from '../../src/evaluation/probability-integral-transform';
import { QUANTILE_LEVELS } from '../../src/horizons';
import { RandomSource } from '../../src/random';

const uniform = Float64Array.from(QUANTILE_LEVELS);

describe('the probability integral transform', () => {
  it('interpolates the level between quantiles', () => {
    expect(probabilityIntegralTransform(uniform, 0.05)).toBe(0.05);
    expect(probabilityIntegralTransform(uniform, 0.4375)).toBeCloseTo(0.4375, 12);
    const stretched = uniform.map((quantile) => 10 * quantile);
    expect(probabilityIntegralTransform(stretched, 9.6)).toBeCloseTo(0.96, 12);
  });

  it('gives the middle of what is left beyond the outermost quantiles', () => {
    expect(probabilityIntegralTransform(uniform, -3)).toBe(0.0125);
    expect(probabilityIntegralTransform(uniform, 0.99)).toBe(0.9875);
  });

  it('gives the middle of the levels that a point mass has', () => {
    const point = new Float64Array(39);
    expect([-1, 0, 1].map((outcome) => probabilityIntegralTransform(point, outcome))).toEqual([0.0125, 0.5, 0.9875]);
  });

  it('is uniform where the forecast is true', () => {
    const random = new RandomSource(4);
    const counts = new Array<number>(20).fill(0);
    for (let draw = 0; draw < 20_000; draw++) {
      const bin = pitBin(probabilityIntegralTransform(uniform, random.uniform()));
      counts[bin] = (counts[bin] ?? NaN) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });

  it('puts 1 into the last of twenty bins', () => {
    expect([0, 0.05, 0.5, 0.9875, 1].map(pitBin)).toEqual([0, 1, 10, 19, 19]);
  });
});
