import { HORIZONS } from '../../horizons';
import { type Head, type HeadLoss } from './head';

/** Mean scaled return of each of the ten horizons, by squared error. */
export const meanHead: Head = {
  name: 'mean',
  outputs: HORIZONS,
  targets: HORIZONS,
  activation: 'linear',
  loss: squaredError,
  initialOutputs: () => new Float32Array(HORIZONS),
};

/** One price between 0 and 1 a step, rectified, by squared error: the head of the literature's usual network. */
export const priceHead: Head = {
  name: 'price',
  outputs: 1,
  targets: 1,
  activation: 'relu',
  loss: squaredError,
  initialOutputs: () => new Float32Array(1),
};

/** Squared errors of outputs that stand one to one beside their targets. */
function squaredError(outputs: ArrayLike<number>, targets: Float32Array): HeadLoss {
  const gradient = new Float32Array(outputs.length);
  let loss = 0;
  let count = 0;
  for (let index = 0; index < targets.length; index++) {
    const target = targets[index] ?? NaN;
    if (Number.isNaN(target)) continue;
    const error = (outputs[index] ?? NaN) - target;
    loss += error * error;
    count++;
    gradient[index] = 2 * error;
  }
  return { loss, count, gradient };
}
