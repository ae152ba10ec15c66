import { crps } from '../../src/evaluation/crps';
import { QUANTILE_LEVELS } from '../../src/horizons';
import { studentTQuantile } from '../../src/statistics/student-t';

describe('the CRPS of quantiles', () => {
  it.each([-0.3, 0, 0.8])('is the absolute error of a degenerate distribution, at %d', (outcome) => {
    expect(crps(new Float64Array(39).fill(0.2), outcome)).toBeCloseTo(Math.abs(outcome - 0.2), 12);
  });

  it.each([0, 0.3, 0.5, 1])('is within the grid of the closed form of a uniform distribution, at %d', (outcome) => {
    const closedForm = outcome ** 2 - outcome + 1 / 3;
    expect(Math.abs(crps(Float64Array.from(QUANTILE_LEVELS), outcome) / closedForm - 1)).toBeLessThan(0.03);
  });

  it.each([
    [-1.2, 0.7480153178865699],
    [0, 0.23369497725510913],
    [2.5, 1.9398186908105002],
  ])('is within the grid of the closed form of a normal distribution, at %d', (outcome, closedForm) => {
    // With this many degrees of freedom a Student t variable is normal to six digits.
    const normal = Float64Array.from(QUANTILE_LEVELS, (level) => studentTQuantile(level, 1e6));
    expect(Math.abs(crps(normal, outcome) / closedForm - 1)).toBeLessThan(0.03);
  });
});
