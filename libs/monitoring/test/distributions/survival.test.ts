import { chiSquareSurvival } from '../../src/distributions/chi-square-survival';
import { kolmogorovSurvival } from '../../src/distributions/kolmogorov-survival';
import { normalSurvival } from '../../src/distributions/normal-survival';
// Computed by SciPy 1.17.1: chi2.sf(x, df), norm.sf(z) and kstwo.sf(x, n), each with its arguments before it.
import golden from '../fixtures/scipy-survival.golden.json';

const relativeError = (value: number, expected: number) =>
  expected === 0 ? Math.abs(value) : Math.abs(value / expected - 1);

describe('survival functions', () => {
  it('of chi-square are SciPy’s to 1e-11 relatively, into the far tail', () => {
    for (const [x, df, expected] of golden.chi2 as [number, number, number][]) {
      expect(relativeError(chiSquareSurvival(x, df), expected)).toBeLessThan(1e-11);
    }
    expect(chiSquareSurvival(0, 3)).toBe(1);
    expect(chiSquareSurvival(Infinity, 3)).toBe(0);
  });

  it('of the normal distribution are SciPy’s to 1e-12 relatively, into the far tail', () => {
    for (const [z, expected] of golden.norm as [number, number][]) {
      expect(relativeError(normalSurvival(z), expected)).toBeLessThan(1e-12);
    }
  });

  it('of Kolmogorov’s statistic are SciPy’s to 1e-10, by each of the methods', () => {
    for (const [n, x, expected] of golden.kstwo as [number, number, number][]) {
      expect(Math.abs(kolmogorovSurvival(n, x) - expected)).toBeLessThan(1e-10);
    }
  });
});
