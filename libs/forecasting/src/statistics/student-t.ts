import { gammaHalfStep } from './gamma';

/** ln of the constant of the standard Student t density with ν degrees of freedom. */
export function studentTLogConstant(degreesOfFreedom: number): number {
  const step = new Float64Array(2);
  gammaHalfStep(degreesOfFreedom / 2, step);
  return Math.log((step[0] ?? NaN) / Math.sqrt(degreesOfFreedom * Math.PI));
}

/**
 * Continued fraction of the incomplete beta function, evaluated by Lentz's method; converges fast for x < (a + 1) / (a + b + 2).
 * Source: Abramowitz and Stegun 26.5.8.
 */
function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) return fraction;
  }
  return fraction;
}

/** Density of the standard Student t at t; logConstant: that of {@link studentTLogConstant}. */
function density(t: number, degreesOfFreedom: number, logConstant: number): number {
  return Math.exp(logConstant - ((degreesOfFreedom + 1) / 2) * Math.log1p((t * t) / degreesOfFreedom));
}

/**
 * Probability of a standard Student t variable below −t, for t ≥ 0: half the regularised incomplete beta function of ν/2 and
 * 1/2 at ν / (ν + t²), whose front factor is t times the density.
 */
function lowerTail(t: number, degreesOfFreedom: number, densityAtT: number): number {
  const a = degreesOfFreedom / 2;
  const b = 0.5;
  const sum = degreesOfFreedom + t * t;
  const x = degreesOfFreedom / sum;
  return x < (a + 1) / (a + b + 2)
    ? (0.5 * t * densityAtT * betaFraction(x, a, b)) / a
    : 0.5 - t * densityAtT * betaFraction((t * t) / sum, b, a);
}

/** Distribution function of the standard Student t with ν > 0 degrees of freedom (not necessarily whole). Source: Abramowitz and Stegun 26.7.1. */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  const distance = Math.abs(t);
  const tail = lowerTail(
    distance,
    degreesOfFreedom,
    density(distance, degreesOfFreedom, studentTLogConstant(degreesOfFreedom)),
  );
  return t <= 0 ? tail : 1 - tail;
}

/**
 * Quantile of the standard Student t, level in (0, 1). Newton's iteration on the distribution function from 0: below the
 * median the function is convex, so the iteration descends to the root from the right and never overshoots.
 */
export function studentTQuantile(level: number, degreesOfFreedom: number): number {
  const tail = Math.min(level, 1 - level);
  const logConstant = studentTLogConstant(degreesOfFreedom);
  let t = 0;
  for (let iteration = 0; iteration < 200; iteration++) {
    const densityAtT = density(t, degreesOfFreedom, logConstant);
    const step = (lowerTail(t, degreesOfFreedom, densityAtT) - tail) / densityAtT;
    t += step;
    if (step <= 1e-13 * (1 + t)) break;
  }
  return level < 0.5 ? -t : t;
}
