import { HORIZONS, QUANTILE_LEVELS } from '../../horizons';
import { empiricalQuantile } from '../../statistics/empirical-quantile';
import { type Head, type HeadLoss } from './head';

const LEVELS = QUANTILE_LEVELS.length;
const OUTPUTS = HORIZONS * LEVELS;

/** The 39 quantiles of each horizon's scaled return, horizon by horizon, by pinball loss. Source: Koenker and Bassett 1978. */
export const quantilesHead: Head = {
  name: 'quantiles',
  outputs: OUTPUTS,
  targets: HORIZONS,
  activation: 'linear',
  loss: pinball,
  initialOutputs: quantilesOfTargets,
};

/** Pinball losses, averaged over the levels of a target. */
function pinball(outputs: ArrayLike<number>, targets: Float32Array): HeadLoss {
  const gradient = new Float32Array(outputs.length);
  let loss = 0;
  let count = 0;
  for (let index = 0; index < targets.length; index++) {
    const target = targets[index] ?? NaN;
    if (Number.isNaN(target)) continue;
    count++;
    for (let level = 0; level < LEVELS; level++) {
      const probability = QUANTILE_LEVELS[level] ?? NaN;
      const at = index * LEVELS + level;
      const shortfall = target - (outputs[at] ?? NaN);
      const slope = shortfall >= 0 ? probability : probability - 1;
      loss += (slope * shortfall) / LEVELS;
      gradient[at] = -slope / LEVELS;
    }
  }
  return { loss, count, gradient };
}

/** The quantiles of all targets, whatever their step. targets: scaled return[steps × 10], NaN where there is none. */
function quantilesOfTargets(targets: Float32Array): Float32Array {
  const outputs = new Float32Array(OUTPUTS);
  for (let horizon = 0; horizon < HORIZONS; horizon++) {
    const sorted = Float64Array.from(
      targets.filter((target, at) => at % HORIZONS === horizon && !Number.isNaN(target)),
    ).sort();
    if (sorted.length === 0) continue;
    QUANTILE_LEVELS.forEach((level, index) => {
      outputs[horizon * LEVELS + index] = empiricalQuantile(sorted, level);
    });
  }
  return outputs;
}
