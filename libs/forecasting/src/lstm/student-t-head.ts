import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../horizons';
import { empiricalQuantile } from '../statistics/empirical-quantile';
import { digamma } from '../statistics/gamma';
import { studentTLogConstant, studentTQuantile } from '../statistics/student-t';

/** Outputs of a step: the raw locations of the ten horizons, then their raw scales, then their raw degrees of freedom. */
export const HEAD_OUTPUTS = 3 * HORIZONS;

/**
 * A raw location of 1 means this. The direction of returns can hardly be known: a location that is slow to learn leaves the
 * network to learn the scale, and the median near the last close. Chosen on the S&P 500 index of 2006–2015.
 */
const LOCATION_UNIT = 0.1;
/** A raw scale of 0 means 1: the volatility that targets are measured in. */
const RAW_UNIT_SCALE = Math.log(Math.E - 1);
/** A raw 0 means about six degrees of freedom, the usual weight of the tails of daily returns. */
const RAW_DEGREES_OF_FREEDOM = 4;
/** Above this many the variance is finite. */
const LEAST_DEGREES_OF_FREEDOM = 2;

/** Parameters of one horizon's distribution of scaled returns. */
export interface StudentT {
  readonly location: number;
  readonly scale: number;
  readonly degreesOfFreedom: number;
}

function softplus(x: number): number {
  return x > 30 ? x : Math.log1p(Math.exp(x));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The distribution that the raw outputs of a step mean. outputs: raw[…]; offset: where the step's 30 begin; horizon: 1..10. */
export function studentTOf(outputs: ArrayLike<number>, offset: number, horizon: number): StudentT {
  const at = offset + horizon - 1;
  return {
    location: LOCATION_UNIT * (outputs[at] ?? NaN),
    scale: softplus((outputs[at + HORIZONS] ?? NaN) + RAW_UNIT_SCALE),
    degreesOfFreedom: LEAST_DEGREES_OF_FREEDOM + softplus((outputs[at + 2 * HORIZONS] ?? NaN) + RAW_DEGREES_OF_FREEDOM),
  };
}

/**
 * Raw outputs that mean one distribution for all steps: location 0 and, for each horizon, the scale that has the median
 * absolute value of the targets. targets: scaled return[rows × 10], NaN where there is none. → raw[30].
 */
export function levelOutputs(targets: Float32Array): Float32Array {
  const outputs = new Float32Array(HEAD_OUTPUTS);
  const { degreesOfFreedom } = studentTOf(outputs, 0, 1);
  for (let index = 0; index < HORIZONS; index++) {
    const distances = Float64Array.from(
      targets.filter((target, at) => at % HORIZONS === index && !Number.isNaN(target)),
      Math.abs,
    ).sort();
    const scale = empiricalQuantile(distances, 0.5) / studentTQuantile(0.75, degreesOfFreedom);
    if (scale > 0) outputs[index + HORIZONS] = Math.log(Math.expm1(scale)) - RAW_UNIT_SCALE;
  }
  return outputs;
}

/** Quantiles at QUANTILE_LEVELS; 39, ascending. */
export function studentTQuantiles({ location, scale, degreesOfFreedom }: StudentT): Float64Array {
  const quantiles = new Float64Array(QUANTILE_LEVELS.length).fill(location);
  for (let index = 0; index < MEDIAN_INDEX; index++) {
    const distance = scale * studentTQuantile(1 - (QUANTILE_LEVELS[index] ?? NaN), degreesOfFreedom);
    quantiles[index] = location - distance;
    quantiles[QUANTILE_LEVELS.length - 1 - index] = location + distance;
  }
  return quantiles;
}

/** A sum of negative log-likelihoods with what it was taken over. */
export interface Likelihood {
  readonly loss: number;
  /** Targets that took part. */
  readonly count: number;
  /** Derivative of the loss by each output: float32[steps × 30]. */
  readonly gradient: Float32Array;
}

/**
 * Negative log-likelihood of targets under the raw outputs, summed over all steps and horizons.
 * outputs: raw[steps × 30]; targets: scaled return[steps × 10], NaN where there is none, which takes no part.
 */
export function studentTLoss(outputs: ArrayLike<number>, targets: Float32Array): Likelihood {
  const gradient = new Float32Array(outputs.length);
  let loss = 0;
  let count = 0;
  targets.forEach((target, index) => {
    if (Number.isNaN(target)) return;
    const offset = Math.floor(index / HORIZONS) * HEAD_OUTPUTS;
    const horizon = (index % HORIZONS) + 1;
    const { location, scale, degreesOfFreedom: nu } = studentTOf(outputs, offset, horizon);
    const z = (target - location) / scale;
    const tail = Math.log1p((z * z) / nu);
    const weight = (nu + 1) / (nu + z * z);
    const byScale = (1 - weight * z * z) / scale;
    const byDegrees = 0.5 * (digamma(nu / 2) - digamma((nu + 1) / 2) + 1 / nu + tail - (weight * z * z) / nu);
    loss += Math.log(scale) - studentTLogConstant(nu) + 0.5 * (nu + 1) * tail;
    count++;
    const at = offset + horizon - 1;
    gradient[at] = (LOCATION_UNIT * -weight * z) / scale;
    gradient[at + HORIZONS] = byScale * sigmoid((outputs[at + HORIZONS] ?? NaN) + RAW_UNIT_SCALE);
    gradient[at + 2 * HORIZONS] = byDegrees * sigmoid((outputs[at + 2 * HORIZONS] ?? NaN) + RAW_DEGREES_OF_FREEDOM);
  });
  return { loss, count, gradient };
}
