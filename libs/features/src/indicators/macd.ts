import { exponentialAverage } from '../averages';

/** Periods of the moving average convergence/divergence. */
export interface MacdPeriods {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}

/**
 * MACD of closes, in price units: line NaN for the first `slow − 1` bars, signal for `slow + signal − 2`.
 * Both averages give their first value on the same bar, so the fast one starts `slow − fast` bars later: TA-Lib's rule.
 * Source: Appel 1979.
 */
export function macdOf({ fast, slow, signal }: MacdPeriods): (close: number) => { line: number; signal: number } {
  const fastAverage = exponentialAverage(fast);
  const slowAverage = exponentialAverage(slow);
  const signalAverage = exponentialAverage(signal);
  let seen = 0;
  return (close) => {
    const fastValue = seen >= slow - fast ? fastAverage.update(close) : NaN;
    const line = fastValue - slowAverage.update(close);
    seen++;
    return { line, signal: Number.isNaN(line) ? NaN : signalAverage.update(line) };
  };
}
