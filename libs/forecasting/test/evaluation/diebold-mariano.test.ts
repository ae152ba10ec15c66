import { dieboldMariano } from '../../src/evaluation/diebold-mariano';
import { RandomSource } from '../../src/random';

/**
 * sessions, horizon, mean, statistic, one-sided p, two-sided p of the series below, by statsmodels 0.15.0: OLS on a constant
 * with cov_type HAC, Bartlett kernel, maxlags max(10, h − 1), no small-sample correction; its t times Harvey, Leybourne and
 * Newbold's factor; p by scipy.stats.t with n − 1 degrees of freedom.
 */
const GOLDEN: [number, number, number, number, number, number][] = [
  [60, 1, -0.16211265418995055, -1.089758912864435, 0.14012518015374184, 0.2802503603074837],
  [60, 10, -0.16211265418995055, -0.9249087517715949, 0.17939050118587238, 0.35878100237174476],
  [250, 5, -0.24198129939688612, -3.586319336088953, 0.00020179768992773878, 0.00040359537985547756],
  [400, 10, -0.2421057000000577, -4.482369832321667, 4.829504616671765e-6, 9.65900923334353e-6],
];

const series = (sessions: number): Float64Array =>
  Float64Array.from(
    { length: sessions },
    (_, t) => Math.sin(t * 0.37) + 0.3 * Math.cos(t * 1.7) + ((t * t * 7 + t * 3) % 11) / 11 - 0.62,
  );

/** Share of `samples` draws of loss differentials at which equal accuracy is rejected at 5 %, two-sided. */
function rejections(samples: number, horizon: number, draw: () => Float64Array): number {
  let rejected = 0;
  for (let sample = 0; sample < samples; sample++)
    rejected += Number((dieboldMariano(draw(), horizon)?.pDifferent ?? 1) < 0.05);
  return rejected / samples;
}

/** Sums of the latest ten of independent normals: the errors of forecasts ten sessions ahead. */
function overlappingErrors(count: number, random: RandomSource): Float64Array {
  const shocks = Float64Array.from({ length: count + 9 }, () => random.normal());
  return Float64Array.from({ length: count }, (_, index) =>
    shocks.subarray(index, index + 10).reduce((sum, shock) => sum + shock, 0),
  );
}

describe('the Diebold–Mariano test', () => {
  it.each(GOLDEN)(
    'equals statsmodels over %d sessions at horizon %d',
    (sessions, horizon, mean, statistic, better, different) => {
      const test = dieboldMariano(series(sessions), horizon);
      expect(test?.sessions).toBe(sessions);
      expect(test?.meanDifference).toBeCloseTo(mean, 12);
      expect(test?.statistic).toBeCloseTo(statistic, 10);
      expect((test?.pBetter ?? NaN) / better).toBeCloseTo(1, 9);
      expect((test?.pDifferent ?? NaN) / different).toBeCloseTo(1, 9);
    },
  );

  it('turns round with its arguments', () => {
    const one = dieboldMariano(series(250), 5);
    const other = dieboldMariano(
      series(250).map((value) => -value),
      5,
    );
    expect(other?.statistic).toBe(-(one?.statistic ?? NaN));
    expect(other?.pDifferent).toBe(one?.pDifferent);
    expect((other?.pBetter ?? NaN) + (one?.pBetter ?? NaN)).toBeCloseTo(1, 12);
  });

  it('rejects equal accuracy one time in twenty where differentials are independent', () => {
    const random = new RandomSource(1);
    const share = rejections(1200, 1, () => Float64Array.from({ length: 400 }, () => random.normal()));
    expect(share).toBeGreaterThan(0.035);
    expect(share).toBeLessThan(0.075);
  });

  // Bartlett weights of lag 10 see most of the overlap of ten sessions but not all: a test at 5 % rejects about 9 times in 100.
  it('rejects little more often where the errors of equally accurate forecasters overlap ten sessions', () => {
    const random = new RandomSource(2);
    const share = rejections(600, 10, () => {
      const other = overlappingErrors(1071, random);
      return overlappingErrors(1071, random).map((error, index) => Math.abs(error) - Math.abs(other[index] ?? NaN));
    });
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.12);
  });

  it('finds a difference that is there', () => {
    const random = new RandomSource(3);
    const test = dieboldMariano(
      Float64Array.from({ length: 400 }, () => random.normal() - 0.4),
      1,
    );
    expect(test?.pBetter).toBeLessThan(1e-6);
  });

  it('ties what is equal, and has no doubt about what always differs by the same', () => {
    expect(dieboldMariano(new Float64Array(30), 1)).toMatchObject({ statistic: 0, pBetter: 0.5, pDifferent: 1 });
    expect(dieboldMariano(new Float64Array(30).fill(-0.5), 1)).toMatchObject({ pBetter: 0, pDifferent: 0 });
  });

  it('says nothing with fewer sessions than twice its lag and one', () => {
    expect(dieboldMariano(series(21), 1)).toBeUndefined();
    expect(dieboldMariano(series(22), 1)).toBeDefined();
  });
});
