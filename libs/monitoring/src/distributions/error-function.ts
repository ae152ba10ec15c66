/** Where the series gives way to the continued fraction. */
const SERIES_END = 2;
/** The least number that Lentz's method divides by. */
const TINY = 1e-300;

/**
 * Complementary error function. x: any number → 0–2; relative error below 1e-12, below the least number it is 0.
 * Source: Abramowitz and Stegun 1964, 7.1.6 and 7.1.14.
 */
export function complementaryErrorFunction(x: number): number {
  if (x < 0) return 2 - complementaryErrorFunction(-x);
  if (x < SERIES_END) return 1 - series(x);
  return (Math.exp(-x * x) / Math.sqrt(Math.PI)) * continuedFraction(x);
}

/** erf(x) as a sum of positive terms. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), by Lentz's method. */
function continuedFraction(x: number): number {
  let value = TINY;
  let numerator = value;
  let denominator = 0;
  for (let n = 0; ; n++) {
    const partial = n === 0 ? 1 : n / 2;
    denominator = 1 / (x + partial * denominator);
    numerator = x + partial / numerator;
    const change = numerator * denominator;
    value *= change;
    if (Math.abs(change - 1) <= 2 * Number.EPSILON) return value;
  }
}
