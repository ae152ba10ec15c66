import { type BinnedShares } from './binning';

/** Population stability index Σ (r − c) ln(r / c), ≥ 0. Shares: none is 0. Source: evidently psi.py. */
export function populationStabilityIndex({ reference, current }: BinnedShares): number {
  return reference.reduce((sum, r, bin) => {
    const c = current[bin] as number;
    return sum + (r - c) * Math.log(r / c);
  }, 0);
}
