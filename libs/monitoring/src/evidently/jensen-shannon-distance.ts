import { type BinnedShares } from './binning';

/**
 * Jensen–Shannon distance: the root of the divergence in nats, 0 to √ln 2 (0.8326). Shares may be 0.
 * Source: Endres and Schindelin 2003; evidently jensenshannon.py.
 */
export function jensenShannonDistance({ reference, current }: BinnedShares): number {
  const divergence = reference.reduce((sum, p, bin) => {
    const q = current[bin] as number;
    const middle = (p + q) / 2;
    return sum + relativeEntropy(p, middle) + relativeEntropy(q, middle);
  }, 0);
  // Rounding may leave less than nothing of equal shares.
  return Math.sqrt(Math.max(0, divergence) / 2);
}

function relativeEntropy(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log(p / q);
}
