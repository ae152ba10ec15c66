import { empiricalQuantile } from '../statistics/empirical-quantile';

/** The latest residuals of a horizon, kept in order of size too, so that a quantile costs nothing. */
export class ResidualPool {
  private readonly recent: Float64Array;
  private readonly sorted: Float64Array;
  private count = 0;
  private oldest = 0;

  constructor(private readonly capacity: number) {
    this.recent = new Float64Array(capacity);
    this.sorted = new Float64Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  /** Takes the newest residual in, for the oldest where the pool is full. */
  push(residual: number): void {
    if (this.count === this.capacity) {
      const at = this.position(this.recent[this.oldest] ?? NaN);
      this.sorted.copyWithin(at, at + 1, this.count);
      this.count--;
    }
    const at = this.position(residual);
    this.sorted.copyWithin(at + 1, at, this.count);
    this.sorted[at] = residual;
    this.count++;
    this.recent[this.oldest] = residual;
    this.oldest = (this.oldest + 1) % this.capacity;
  }

  /** level: 0–1; the pool must not be empty. */
  quantile(level: number): number {
    return empiricalQuantile(this.sorted.subarray(0, this.count), level);
  }

  /** Index of the first sorted residual that is not below this one. */
  private position(residual: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sorted[middle] ?? NaN) < residual) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
