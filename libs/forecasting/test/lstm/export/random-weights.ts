import { type NetworkShape, type NetworkWeights, weightShapes } from '../../../src/lstm/network';
import { RandomSource } from '../../../src/random';

/** Weights that all differ, biases too, so that none of them can be mistaken for another; about as large as trained ones. */
export function randomWeights(shape: NetworkShape, seed: number): NetworkWeights {
  const random = new RandomSource(seed);
  return weightShapes(shape).map((sides) => {
    const deviation = sides.length === 2 ? 0.5 / Math.sqrt(sides[0] ?? NaN) : 0.1;
    const length = sides.reduce((product, side) => product * side, 1);
    return Float32Array.from({ length }, () => deviation * random.normal());
  }) as unknown as NetworkWeights;
}
