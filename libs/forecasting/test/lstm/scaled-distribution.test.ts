import { scaledQuantiles, scaledSpread } from '../../src/lstm/scaled-distribution';
import { HEAD_OUTPUTS, studentTOf } from '../../src/lstm/heads/student-t';
import { QUANTILE_LEVELS } from '../../src/horizons';

describe('the distribution of a scaled return', () => {
  const raw = Float32Array.from({ length: HEAD_OUTPUTS }, (_, index) => Math.sin(index));

  it('of a Student t head spreads by its scale', () => {
    for (const horizon of [1, 4, 10]) {
      expect(scaledSpread('student-t', raw, horizon)).toBe(studentTOf(raw, 0, horizon).scale);
    }
  });

  it('of a head of quantiles spreads as the normal distribution with its quartiles', () => {
    // Quantiles of horizon h: h × (the level − ½), so that the quartiles are h / 2 apart.
    const outputs = Float32Array.from({ length: 390 }, (_, index) => {
      const level = QUANTILE_LEVELS[index % 39] ?? NaN;
      return (Math.floor(index / 39) + 1) * (level - 0.5);
    });
    expect(scaledSpread('quantiles', outputs, 1)).toBeCloseTo(0.5 / 1.34898, 5);
    expect(scaledSpread('quantiles', outputs, 7)).toBeCloseTo(3.5 / 1.34898, 4);
  });

  it('of a head of quantiles is ascending though what was learned crosses', () => {
    const outputs = Float32Array.from({ length: 390 }, (_, index) => -index);
    const quantiles = scaledQuantiles('quantiles', outputs, 2);
    expect([...quantiles]).toEqual(Array.from({ length: 39 }, (_, index) => index - 77));
    expect(scaledSpread('quantiles', outputs, 2)).toBeGreaterThan(0);
  });
});
