import { complementaryErrorFunction } from './error-function';

/**
 * P(X > statistic) of the chi-square distribution, 0–1; relative error below 1e-11. With whole degrees of freedom it is a finite sum
 * of positive terms. statistic: ≥ 0, perhaps infinite; degreesOfFreedom: a whole number ≥ 1.
 * Source: Abramowitz and Stegun 1964, 26.4.4 and 26.4.5.
 */
export function chiSquareSurvival(statistic: number, degreesOfFreedom: number): number {
  if (statistic <= 0) return 1;
  if (statistic === Infinity) return 0;
  const half = statistic / 2;
  const odd = degreesOfFreedom % 2 === 1;
  let survival = odd ? complementaryErrorFunction(Math.sqrt(half)) : 0;
  // Terms e^−x x^k / Γ(k + 1), k = 0, 1, … or ½, 3⁄2, …; as logarithms, since e^−x alone may underflow.
  let k = odd ? 0.5 : 0;
  let logTerm = odd ? -half + Math.log(half) / 2 - Math.log(Math.sqrt(Math.PI) / 2) : -half;
  for (; k < degreesOfFreedom / 2; k++) {
    survival += Math.exp(logTerm);
    logTerm += Math.log(half / (k + 1));
  }
  return Math.min(1, survival);
}
