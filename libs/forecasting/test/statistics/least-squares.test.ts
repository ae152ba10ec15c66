import { RandomSource } from '../../src/random';
import { leastSquares } from '../../src/statistics/least-squares';

/** Coefficients of rows [regressors, outcome]. */
function solved(rows: readonly (readonly [readonly number[], number])[]): number[] {
  const fit = leastSquares(rows[0]?.[0].length ?? 0);
  for (const [regressors, outcome] of rows) fit.add(Float64Array.from(regressors), outcome);
  return fit.solve();
}

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(Math.abs((found[index] ?? NaN) - value)).toBeLessThan(tolerance));
}

describe('least squares', () => {
  it('recovers the coefficients of outcomes without noise', () => {
    const random = new RandomSource(1);
    const truth = [0.5, -2, 3, 0, 1e-3];
    const rows = Array.from({ length: 40 }, (): [number[], number] => {
      const regressors = [1, ...Array.from({ length: 4 }, () => random.normal())];
      return [regressors, regressors.reduce((sum, value, index) => sum + value * (truth[index] ?? NaN), 0)];
    });
    expectClose(solved(rows), truth, 1e-7);
  });

  // Slope 5 / 5 and intercept 4 − 1 · 1.5 of (0, 2), (1, 4), (2, 5), (3, 5) by hand.
  it('draws the line through four points that is solved by hand', () => {
    const rows = [2, 4, 5, 5].map((outcome, at): [number[], number] => [[1, at], outcome]);
    expectClose(solved(rows), [2.5, 1], 1e-7);
  });

  it('leaves errors that no regressor has to do with', () => {
    const random = new RandomSource(2);
    const rows = Array.from({ length: 200 }, (): [number[], number] => {
      const regressors = [1, random.normal(), random.normal()];
      return [regressors, (regressors[1] ?? NaN) + random.normal()];
    });
    const coefficients = solved(rows);
    for (const column of [0, 1, 2]) {
      const product = rows.reduce((sum, [regressors, outcome]) => {
        const said = regressors.reduce((total, value, index) => total + value * (coefficients[index] ?? NaN), 0);
        return sum + (regressors[column] ?? NaN) * (outcome - said);
      }, 0);
      expect(Math.abs(product)).toBeLessThan(1e-5);
    }
  });

  it('shares the weight among columns that are the same', () => {
    const random = new RandomSource(3);
    const rows = Array.from({ length: 60 }, (): [number[], number] => {
      const value = random.normal();
      return [[1, value, value, value], 2 + 6 * value];
    });
    expectClose(solved(rows), [2, 2, 2, 2], 1e-4);
  });

  it('gives a column of zeros no weight', () => {
    const rows = [1, 2, 3, 4].map((at): [number[], number] => [[1, 0, at], 3 - at]);
    expectClose(solved(rows), [3, 0, -1], 1e-6);
  });

  it('counts its rows and can go on after it was solved', () => {
    const fit = leastSquares(1);
    expect(fit.rows).toBe(0);
    fit.add(Float64Array.of(1), 4);
    expectClose(fit.solve(), [4], 1e-7);
    fit.add(Float64Array.of(1), 8);
    expectClose(fit.solve(), [6], 1e-7);
    expect(fit.rows).toBe(2);
  });
});
