import { gammaHalfStep } from '../../src/statistics/gamma';

/** x, ln Γ(x + ½) − ln Γ(x), ψ(x + ½) − ψ(x) by mpmath 1.3 with 40 digits, rounded. */
const REFERENCE: [number, number, number][] = [
  [0.1, -1.8544787936649711, 8.883135726517887],
  [0.5, -0.5723649429247001, 1.3862943611198906],
  [1, -0.12078223763524522, 0.6137056388801094],
  [1.05, -0.09095307214223428, 0.5800675588395147],
  [1.5, 0.12078223763524522, 0.38629436111989063],
  [3.009, 0.5094471627612381, 0.17979297220473672],
  [6.5, 0.9166891521529594, 0.0798730046985342],
  [6.99, 0.9543727462549612, 0.07408260345924565],
  [7, 0.9551130247486319, 0.07397314914761965],
  [9.99, 1.1382849922217506, 0.05130099281675245],
  [47.3, 1.925612490828292, 0.010626692568984958],
  [1000, 3.453752639496277, 0.000500124999984375],
  [1e8, 9.210340370726183, 5.0000000125e-9],
];

describe('the half step of the gamma function', () => {
  it.each(REFERENCE)('has the reference quotient and derivative at %d', (x, logarithm, derivative) => {
    const step = new Float64Array(2);
    gammaHalfStep(x, step);
    expect(Math.abs(Math.log(step[0] ?? NaN) - logarithm)).toBeLessThan(1e-14 * Math.max(1, Math.abs(logarithm)));
    expect(Math.abs((step[1] ?? NaN) / derivative - 1)).toBeLessThan(3e-13);
  });
});
