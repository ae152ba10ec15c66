import { scoreForecast } from '../src';

describe('scoreForecast', () => {
  const quantiles = Array.from({ length: 39 }, (_, index) => 100 * Math.exp((index - 19) / 100));
  const forecast = { originClose: 100, point: 101, quantiles, p05: 90, p95: 112 };

  it('puts the error beside that of “tomorrow = today”', () => {
    expect(scoreForecast({ ...forecast, actualClose: 104 })).toMatchObject({
      error: -3,
      naiveError: -4,
      inside90: true,
    });
  });

  it('says whether the 90 % interval held, its ends included', () => {
    const inside = (actualClose: number) => scoreForecast({ ...forecast, actualClose }).inside90;
    expect([89.99, 90, 112, 112.01].map(inside)).toEqual([false, true, true, false]);
  });

  it('scores a distribution that is all at the origin as naive persistence is scored', () => {
    const certain = scoreForecast({ ...forecast, quantiles: quantiles.map(() => 100), actualClose: 105 });
    expect(certain.crps).toBeCloseTo(Math.log(1.05), 12);
    expect(certain.naiveCrps).toBeCloseTo(Math.log(1.05), 12);
  });

  it('rewards spread when the outcome is far off', () => {
    const wide = scoreForecast({ ...forecast, actualClose: 112 });
    expect(wide.crps).toBeLessThan(wide.naiveCrps);
  });
});
