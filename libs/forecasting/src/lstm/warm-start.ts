import { type NetworkWeights } from './network';
import { type FeatureScaling } from './preprocessing';

/**
 * Weights for inputs scaled by `to` that give the outputs which `weights` give for inputs scaled by `from`, features beyond
 * the cut-off aside. The features must be the same in the same order.
 */
export function rescaledWeights(
  [kernel, recurrent, bias, headKernel, headBias]: NetworkWeights,
  from: readonly FeatureScaling[],
  to: readonly FeatureScaling[],
): NetworkWeights {
  const gates = bias.length;
  const rescaled = Float32Array.from(kernel);
  const shifted = Float64Array.from(bias);
  from.forEach(({ mean, deviation }, feature) => {
    const { mean: newMean, deviation: newDeviation } = to[feature] ?? { mean: NaN, deviation: NaN };
    for (let gate = 0; gate < gates; gate++) {
      const at = feature * gates + gate;
      const weight = kernel[at] ?? NaN;
      rescaled[at] = (weight * newDeviation) / deviation;
      shifted[gate] = (shifted[gate] ?? NaN) + (weight * (newMean - mean)) / deviation;
    }
  });
  return [rescaled, recurrent, Float32Array.from(shifted), headKernel, headBias];
}
