import { RandomSource } from '../../src/random';
import { ResidualPool } from '../../src/simulation/residual-pool';
import { empiricalQuantile } from '../../src/statistics/empirical-quantile';

const LEVELS = [0, 0.025, 0.3, 0.5, 0.975, 1];

describe('the pool of residuals', () => {
  it.each([1, 2, 7, 50])('has the quantiles of the latest %i, sorted, after each of many with ties', (capacity) => {
    const random = new RandomSource(capacity);
    const pool = new ResidualPool(capacity);
    const all: number[] = [];
    for (let pushed = 0; pushed < 600; pushed++) {
      // Eighths of about forty values: most of them are in the pool more than once.
      const residual = Math.round(8 * random.normal()) / 8 + 1 / 16;
      pool.push(residual);
      all.push(residual);
      const latest = Float64Array.from(all.slice(-capacity)).sort();
      expect(pool.size).toBe(latest.length);
      expect(LEVELS.map((level) => pool.quantile(level))).toEqual(
        LEVELS.map((level) => empiricalQuantile(latest, level)),
      );
    }
  });

  it('has the least, the middle and the greatest at levels 0, 0.5 and 1', () => {
    const pool = new ResidualPool(4);
    for (const residual of [100, 5, -3, 8, 1]) pool.push(residual);
    expect([0, 0.5, 1].map((level) => pool.quantile(level))).toEqual([-3, 3, 8]);
  });

  it('forgets the oldest and not another that is the same', () => {
    const pool = new ResidualPool(3);
    for (const residual of [2, 2, 7, 9]) pool.push(residual);
    expect([0, 0.5, 1].map((level) => pool.quantile(level))).toEqual([2, 7, 9]);
    pool.push(9);
    expect([0, 0.5, 1].map((level) => pool.quantile(level))).toEqual([7, 9, 9]);
  });

  it('is empty at first', () => {
    expect(new ResidualPool(3).size).toBe(0);
  });
});
