import { type Abstention } from '../forecaster';
import { type History } from '../history';

/** Says how far the returns of the ten horizons are expected to spread. What it had to learn is learnt. */
export interface ScaleModel {
  readonly name: string;
  /**
   * Scales of the log returns ln(close[row + h] / close[row]) expected at the close of `count` rows from `from` on, each from
   * its row and those before it alone. → scale[(row − from) × 10 + h − 1], above 0; NaN where it cannot be said.
   */
  scales(history: History, from: number, count: number): Float64Array;
  /** Where what it reads lies outside what it learnt from, as of a forecaster. Absent where nothing can be outside. */
  outsideDomain?(history: History, origins: readonly number[]): (Abstention | undefined)[];
}
