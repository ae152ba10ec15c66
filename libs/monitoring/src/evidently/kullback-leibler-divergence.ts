import { type BinnedShares } from './binning';

/**
 * Kullback–Leibler divergence of the reference from the current shares in nats, ≥ 0; either is first made to add up to 1.
 * Shares: none is 0. Source: evidently kl_div.py; scipy stats.entropy.
 */
export function kullbackLeiblerDivergence({ reference, current }: BinnedShares): number {
  const referenceTotal = total(reference);
  const currentTotal = total(current);
  return reference.reduce((sum, r, bin) => {
    const p = r / referenceTotal;
    return sum + p * Math.log(p / ((current[bin] as number) / currentTotal));
  }, 0);
}

function total(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0);
}
