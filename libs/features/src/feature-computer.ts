import { PermanentError } from '@closing-bell/contracts';
import { type Bar } from '@closing-bell/market';
import { type FeatureSet, type FeatureStep } from './feature';

/** Features of one symbol. Every column is as long as `sessions`; NaN through a feature's warm-up. */
export interface FeatureTable {
  readonly sessions: readonly string[];
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/**
 * Computes a feature set bar by bar. It carries the state of recursive indicators (averages, running volume) and is
 * rebuilt by giving it the symbol's bars again from the first: recursive features depend on where the history starts,
 * so that start belongs to the symbol and must not move with the session.
 */
export class FeatureComputer {
  private readonly steps: readonly FeatureStep[];
  private lastSession = '';

  constructor(set: FeatureSet) {
    this.steps = set.features.map((feature) => feature.start());
  }

  /**
   * Takes the next bar and gives the features as of its close, in the order of the set.
   * Throws PermanentError `unordered-bars` when the session does not come after the one before, and `invalid-bar` when a
   * price is not a positive number or the volume is negative or infinite.
   */
  update(bar: Bar): Float64Array {
    this.check(bar);
    this.lastSession = bar.session;
    const row = new Float64Array(this.steps.length);
    this.steps.forEach((step, feature) => (row[feature] = step(bar)));
    return row;
  }

  private check({ session, open, high, low, close, volume }: Bar): void {
    if (session <= this.lastSession) {
      throw new PermanentError(
        `Bars must be in ascending order of session, but ${session} came after ${this.lastSession}. Clean the bars first.`,
        { reason: 'unordered-bars', session, previousSession: this.lastSession },
      );
    }
    const priced = Math.min(open, high, low, close) > 0 && Math.max(open, high, low, close) < Infinity;
    if (!priced || volume < 0 || volume === Infinity) {
      throw new PermanentError(
        `The bar of ${session} has a price that is not a positive number, or a volume that cannot be. Clean the bars first.`,
        { reason: 'invalid-bar', session, open, high, low, close, volume },
      );
    }
  }
}

/** Computes a whole table: what {@link FeatureComputer} gives bar after bar, to the bit, and throws as it does. */
export function computeFeatures(bars: readonly Bar[], set: FeatureSet): FeatureTable {
  const computer = new FeatureComputer(set);
  const columns = set.features.map(() => new Float64Array(bars.length));
  bars.forEach((bar, index) => {
    const row = computer.update(bar);
    columns.forEach((column, feature) => (column[index] = row[feature] ?? NaN));
  });
  return {
    sessions: bars.map((bar) => bar.session),
    columns: Object.fromEntries(
      set.features.map((feature, index) => [feature.name, columns[index] ?? new Float64Array()]),
    ),
  };
}
