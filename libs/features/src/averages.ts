/** A recursive average, NaN until `period` values have been seen. */
export interface RecursiveAverage {
  update(value: number): number;
}

function seededAverage(period: number, next: (average: number, value: number) => number): RecursiveAverage {
  let seen = 0;
  let average = 0;
  return {
    update(value) {
      seen++;
      if (seen <= period) {
        average += value / period;
        return seen === period ? average : NaN;
      }
      average = next(average, value);
      return average;
    },
  };
}

/** Exponential average with weight 2 / (period + 1), started from the mean of the first `period` values. */
export function exponentialAverage(period: number): RecursiveAverage {
  const weight = 2 / (period + 1);
  return seededAverage(period, (average, value) => average + weight * (value - average));
}

/** Wilder's average, weight 1 / period, started from the mean of the first `period` values. Source: Wilder 1978. */
export function wilderAverage(period: number): RecursiveAverage {
  return seededAverage(period, (average, value) => average + (value - average) / period);
}
