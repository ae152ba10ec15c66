import { type Bar } from '@closing-bell/market';
import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { leastSquares } from '../statistics/least-squares';
import { HistoryTooShortError } from '../history-too-short-error';
import { type ScaleModel } from './scale-model';

/** Sessions that variances are averaged over: a day, a week, a month and half a year. */
const VARIANCE_WINDOWS = [1, 5, 22, 125] as const;
/** Sessions that moves of the price are summed over; a fall and a rise count differently. */
const MOVE_WINDOWS = [1, 5, 22] as const;
/** Coefficients of a horizon. */
export const HAR_REGRESSORS = 1 + VARIANCE_WINDOWS.length + 2 * MOVE_WINDOWS.length;
/** Rows before this one have no regressors. */
const WARM_UP = Math.max(...VARIANCE_WINDOWS, ...MOVE_WINDOWS);
/** Fewest rows that are worth fitting. */
const FEWEST_ROWS = 250;
/** The least variance of a session: a price that stands still has no logarithm of its variance. */
const VARIANCE_FLOOR = 1e-10;

/** What a fit of the model learnt. */
export interface HarParameters {
  /** coefficients[h − 1]: intercept, by VARIANCE_WINDOWS, then the fall and the rise by MOVE_WINDOWS; 10 × 11. */
  readonly coefficients: readonly (readonly number[])[];
}

/**
 * A session's variance from its true range, which reaches to the close before: an overnight gap counts whether or not the vendor
 * knows the open. Source: Parkinson 1980; Wilder 1978 (true range).
 */
function trueRangeVariance(bar: Bar, previousClose: number): number {
  const range = Math.log(Math.max(bar.high, previousClose) / Math.min(bar.low, previousClose));
  return (range * range) / (4 * Math.LN2);
}

/** Sums up to each index, so that any window's sum is a difference: value[n] → sum[n + 1]. */
function cumulated(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let index = 0; index < values.length; index++) sums[index + 1] = (sums[index] ?? NaN) + (values[index] ?? NaN);
  return sums;
}

/** Variances and returns of a history's sessions as running sums. */
class Sessions {
  private readonly variances: Float64Array;
  private readonly returns: Float64Array;

  constructor(bars: readonly Bar[]) {
    const variance = new Float64Array(bars.length);
    const logReturn = new Float64Array(bars.length);
    bars.forEach((bar, index) => {
      const previous = bars[index - 1];
      if (previous === undefined) return;
      variance[index] = trueRangeVariance(bar, previous.close);
      logReturn[index] = Math.log(bar.close / previous.close);
    });
    this.variances = cumulated(variance);
    this.returns = cumulated(logReturn);
  }

  /** ln of the mean volatility of the `window` sessions that end with `last`. */
  logVolatility(last: number, window: number): number {
    return 0.5 * Math.log(Math.max(this.sum(this.variances, last, window) / window, VARIANCE_FLOOR));
  }

  /** Writes the regressors of a row. into: number[HAR_REGRESSORS]. */
  regressors(row: number, into: Float64Array): void {
    const usual = Math.exp(this.logVolatility(row, 22));
    let at = 0;
    into[at++] = 1;
    for (const window of VARIANCE_WINDOWS) into[at++] = this.logVolatility(row, window);
    for (const window of MOVE_WINDOWS) {
      const move = this.sum(this.returns, row, window) / (usual * Math.sqrt(window));
      into[at++] = Math.min(0, move);
      into[at++] = Math.max(0, move);
    }
  }

  private sum(sums: Float64Array, last: number, window: number): number {
    return (sums[last + 1] ?? NaN) - (sums[last + 1 - window] ?? NaN);
  }
}

/**
 * Fits, for each horizon, the logarithm of the volatility of the h sessions ahead on those of the last day, week, month and half
 * year and on the last falls and rises of the price, by least squares over the rows of all histories whose outcome is in them.
 * Throws HistoryTooShortError where there are fewer than 250 such rows. The half year and the rises were added on the S&P 500
 * index of 2006–2015, where they lower the CRPS of every horizon.
 * Source: Corsi 2009 (HAR); Corsi and Renò 2012 (leverage).
 */
export function fitHar(histories: readonly History[]): HarParameters {
  const sessions = histories.map(({ bars }) => ({ length: bars.length, sessions: new Sessions(bars) }));
  const row = new Float64Array(HAR_REGRESSORS);
  return {
    coefficients: Array.from({ length: HORIZONS }, (_, index) => {
      const horizon = index + 1;
      const fit = leastSquares(HAR_REGRESSORS);
      for (const { length, sessions: known } of sessions) {
        for (let at = WARM_UP; at + horizon < length; at++) {
          known.regressors(at, row);
          fit.add(row, known.logVolatility(at + horizon, horizon));
        }
      }
      if (fit.rows < FEWEST_ROWS) throw new HistoryTooShortError('har', FEWEST_ROWS, fit.rows);
      return fit.solve();
    }),
  };
}

/** The fitted model as a scale: expected volatility × √h. NaN for the first 125 rows of a history. */
export function harScale({ coefficients }: HarParameters): ScaleModel {
  return {
    name: 'har',
    scales: ({ bars }, from, count) => {
      const sessions = new Sessions(bars.slice(0, from + count));
      const row = new Float64Array(HAR_REGRESSORS);
      const scales = new Float64Array(count * HORIZONS).fill(NaN);
      for (let index = Math.max(0, WARM_UP - from); index < count; index++) {
        sessions.regressors(from + index, row);
        coefficients.forEach((weights, horizon) => {
          const logScale = weights.reduce((sum, weight, at) => sum + weight * (row[at] ?? NaN), 0);
          scales[index * HORIZONS + horizon] = Math.exp(logScale) * Math.sqrt(horizon + 1);
        });
      }
      return scales;
    },
  };
}
