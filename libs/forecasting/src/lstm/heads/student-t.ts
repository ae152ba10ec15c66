import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../../horizons';
import { empiricalQuantile } from '../../statistics/empirical-quantile';
import { gammaHalfStep } from '../../statistics/gamma';
import { studentTQuantile } from '../../statistics/student-t';
import { type Head, type HeadLoss } from './head';

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

/** From here on softplus is the identity, to the last digit. */
const SOFTPLUS_IS_LINEAR = 37;
/** Above this 1 + e keeps the digits of e that matter, and the plain logarithm takes half the time. */
const LARGE_EXPONENTIAL = 0.05;

/** ln(1 + e^x); exponential: e^x. */
function softplus(x: number, exponential: number): number {
  if (x > SOFTPLUS_IS_LINEAR) return x;
  return exponential > LARGE_EXPONENTIAL ? Math.log(1 + exponential) : Math.log1p(exponential);
}

/** Derivative of softplus. */
function softplusSlope(x: number, exponential: number): number {
  return x > SOFTPLUS_IS_LINEAR ? 1 : exponential / (1 + exponential);
}

/** The distribution that the raw outputs of a step mean. outputs: raw[…]; offset: where the step's 30 begin; horizon: 1..10. */
export function studentTOf(outputs: ArrayLike<number>, offset: number, horizon: number): StudentT {
  const at = offset + horizon - 1;
  const scale = (outputs[at + HORIZONS] ?? NaN) + RAW_UNIT_SCALE;
  const degrees = (outputs[at + 2 * HORIZONS] ?? NaN) + RAW_DEGREES_OF_FREEDOM;
  return {
    location: LOCATION_UNIT * (outputs[at] ?? NaN),
    scale: softplus(scale, Math.exp(scale)),
    degreesOfFreedom: LEAST_DEGREES_OF_FREEDOM + softplus(degrees, Math.exp(degrees)),
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

/**
 * Negative log-likelihood of targets under the raw outputs, summed over all steps and horizons.
 * outputs: raw[steps × 30]; targets: scaled return[steps × 10], NaN where there is none, which takes no part.
 * It runs thousands of times a step of training: hence no object for a target, and as few logarithms as will do.
 */
export function studentTLoss(outputs: ArrayLike<number>, targets: Float32Array): HeadLoss {
  const gradient = new Float32Array(outputs.length);
  const halfStep = new Float64Array(2);
  let loss = 0;
  let count = 0;
  for (let index = 0; index < targets.length; index++) {
    const target = targets[index] ?? NaN;
    if (Number.isNaN(target)) continue;
    const horizon = index % HORIZONS;
    const at = (index - horizon) * (HEAD_OUTPUTS / HORIZONS) + horizon;
    const rawScale = (outputs[at + HORIZONS] ?? NaN) + RAW_UNIT_SCALE;
    const rawDegrees = (outputs[at + 2 * HORIZONS] ?? NaN) + RAW_DEGREES_OF_FREEDOM;
    const scaleExponential = Math.exp(rawScale);
    const degreesExponential = Math.exp(rawDegrees);
    const scale = softplus(rawScale, scaleExponential);
    const nu = LEAST_DEGREES_OF_FREEDOM + softplus(rawDegrees, degreesExponential);
    const z = (target - LOCATION_UNIT * (outputs[at] ?? NaN)) / scale;
    const square = z * z;
    const tail = Math.log1p(square / nu);
    const weight = (nu + 1) / (nu + square);
    gammaHalfStep(nu / 2, halfStep);
    loss += Math.log((scale * Math.sqrt(nu * Math.PI)) / (halfStep[0] ?? NaN)) + 0.5 * (nu + 1) * tail;
    count++;
    const byScale = (1 - weight * square) / scale;
    const byDegrees = 0.5 * ((1 - weight * square) / nu + tail - (halfStep[1] ?? NaN));
    gradient[at] = (LOCATION_UNIT * -weight * z) / scale;
    gradient[at + HORIZONS] = byScale * softplusSlope(rawScale, scaleExponential);
    gradient[at + 2 * HORIZONS] = byDegrees * softplusSlope(rawDegrees, degreesExponential);
  }
  return { loss, count, gradient };
}

/** The distribution of the scaled return of each of the ten horizons, by its likelihood. */
export const studentTHead: Head = {
  name: 'student-t',
  outputs: HEAD_OUTPUTS,
  targets: HORIZONS,
  activation: 'linear',
  loss: studentTLoss,
  initialOutputs: levelOutputs,
};
