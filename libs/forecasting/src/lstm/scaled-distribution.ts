import { QUANTILE_LEVELS } from '../horizons';
import { studentTOf, studentTQuantiles } from './heads/student-t';
import { type DistributionHead } from './options';

const LEVELS = QUANTILE_LEVELS.length;
/** Indices of the levels 0.25 and 0.75 among QUANTILE_LEVELS. */
const LOWER_QUARTILE = 9;
const UPPER_QUARTILE = 29;
/** The upper quartile of the standard normal distribution. */
const NORMAL_QUARTILE = 0.674489750196082;

/** Quantiles of the scaled return of a horizon (1..10) by what the head says at a step: float32[outputs] → 39, ascending. */
export function scaledQuantiles(head: DistributionHead, outputs: Float32Array, horizon: number): Float64Array {
  switch (head) {
    case 'student-t':
      return studentTQuantiles(studentTOf(outputs, 0, horizon));
    case 'quantiles':
      // Quantiles that were learned one by one may cross. Source: Chernozhukov et al. 2010, rearrangement.
      return Float64Array.from(outputs.subarray((horizon - 1) * LEVELS, horizon * LEVELS)).sort();
  }
}

/**
 * Spread of the scaled return of a horizon (1..10) by what the head says at a step, float32[outputs]: a Student t's scale; of
 * quantiles the deviation of a normal distribution with their quartiles.
 */
export function scaledSpread(head: DistributionHead, outputs: Float32Array, horizon: number): number {
  switch (head) {
    case 'student-t':
      return studentTOf(outputs, 0, horizon).scale;
    case 'quantiles': {
      const quantiles = scaledQuantiles(head, outputs, horizon);
      return ((quantiles[UPPER_QUARTILE] ?? NaN) - (quantiles[LOWER_QUARTILE] ?? NaN)) / (2 * NORMAL_QUARTILE);
    }
  }
}
