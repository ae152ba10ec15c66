import { add, mul, type NamedTensorMap, square, sum, type Tensor } from '@tensorflow/tfjs-core';

/** Gradients scaled so that their norm over all weights is at most `limit`. Source: Pascanu et al. 2013. */
export function clipGradients(gradients: NamedTensorMap, limit: number): { name: string; tensor: Tensor }[] {
  const squares = Object.values(gradients).map((gradient) => sum(square(gradient)));
  const norm = Math.sqrt(squares.reduce((total, term) => add(total, term)).dataSync()[0] ?? NaN);
  const factor = Math.min(1, limit / norm);
  return Object.entries(gradients).map(([name, gradient]) => ({ name, tensor: mul(gradient, factor) }));
}
