import { digamma, logGamma } from '../../src/statistics/gamma';

/** x, ln Γ(x), ψ(x) by SciPy 1.17 (gammaln, digamma). */
const REFERENCE: [number, number, number][] = [
  [0.1, 2.252712651734206, -10.423754940411076],
  [0.5, 0.5723649429247, -1.9635100260214235],
  [1, 0, -0.5772156649015329],
  [1.5, -0.12078223763524526, 0.03648997397857652],
  [2.2, 0.09694746679063886, 0.5442934367411452],
  [3.009, 0.7014682157131594, 0.926332514504932],
  [9.99, 12.779315214350195, 2.250700372831201],
  [10, 12.801827480081469, 2.251752589066721],
  [47.3, 134.10538214034744, 3.845902225194359],
  [10000, 82099.71749644238, 9.21029037114285],
];

describe('the gamma function', () => {
  it.each(REFERENCE)('has the reference logarithm and derivative at %d', (x, log, derivative) => {
    expect(Math.abs(logGamma(x) - log)).toBeLessThan(1e-13 * Math.max(1, Math.abs(log)));
    expect(Math.abs(digamma(x) - derivative)).toBeLessThan(1e-13 * Math.max(1, Math.abs(derivative)));
  });
});
