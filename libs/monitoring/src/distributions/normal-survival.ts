import { complementaryErrorFunction } from './error-function';

/** P(Z > z) of the standard normal distribution, 0–1; relative error below 1e-12. */
export function normalSurvival(z: number): number {
  return complementaryErrorFunction(z * Math.SQRT1_2) / 2;
}
