/** Decay of the volatility that returns and targets are measured in. Source: RiskMetrics 1996, daily data. */
export const VOLATILITY_DECAY = 0.94;

/** Running root of the exponentially weighted mean of squared returns: σ² = Σ λ^i r²[t−i] / Σ λ^i over all i ≥ 0 so far. */
export class EwmaVolatility {
  private weightedSquares = 0;
  private weights = 0;

  constructor(private readonly decay = VOLATILITY_DECAY) {}

  /** Takes the newest log return and gives σ as of it, in log return a session. */
  update(logReturn: number): number {
    this.weightedSquares = this.decay * this.weightedSquares + logReturn * logReturn;
    this.weights = this.decay * this.weights + 1;
    return Math.sqrt(this.weightedSquares / this.weights);
  }
}

/**
 * Causal volatility of daily log returns with exponentially decaying weights.
 * closes: price[n] → σ[n], in log return a session, of the returns up to and including that of the same index; NaN at
 * index 0, 0 while the price has never moved. Weights are divided by their sum, so no seed value takes part and early
 * values are unbiased, though noisy for the first twenty or so. Source: RiskMetrics 1996 (λ = 0.94).
 */
export function ewmaVolatility(closes: ArrayLike<number>, decay = VOLATILITY_DECAY): Float64Array {
  const volatility = new EwmaVolatility(decay);
  return Float64Array.from({ length: closes.length }, (_, index) =>
    index === 0 ? NaN : volatility.update(Math.log((closes[index] ?? NaN) / (closes[index - 1] ?? NaN))),
  );
}
