/**
 * The last `size` values. Every statistic is computed from the values themselves: a running sum would carry rounding
 * errors, and a single NaN, through all later windows.
 */
export class RollingWindow {
  private readonly values: Float64Array;
  private pushed = 0;
  /** Where the next value goes, which is where the oldest one lies once the window is full. */
  private next = 0;

  constructor(readonly size: number) {
    this.values = new Float64Array(size);
  }

  /** Takes the newest value and lets go of the oldest. Returns true once the window is full. */
  push(value: number): boolean {
    this.values[this.next] = value;
    this.next = (this.next + 1) % this.size;
    this.pushed++;
    return this.pushed >= this.size;
  }

  /** Sum of the terms of a full window, oldest first, so that the rounding depends on the values alone. */
  sum(term: (value: number) => number): number {
    let sum = 0;
    for (let index = this.next; index < this.size; index++) sum += term(this.values[index] ?? NaN);
    for (let index = 0; index < this.next; index++) sum += term(this.values[index] ?? NaN);
    return sum;
  }

  mean(): number {
    return this.sum((value) => value) / this.size;
  }

  max(): number {
    let max = -Infinity;
    for (const value of this.values) if (value > max) max = value;
    return max;
  }

  min(): number {
    let min = Infinity;
    for (const value of this.values) if (value < min) min = value;
    return min;
  }
}
