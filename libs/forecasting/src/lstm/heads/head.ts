/** Names of the heads; what a model file says of its own. */
export const HEAD_NAMES = ['student-t', 'quantiles', 'mean', 'price'] as const;
export type HeadName = (typeof HEAD_NAMES)[number];

/** A loss, summed over targets, with what it was summed over. */
export interface HeadLoss {
  readonly loss: number;
  /** Targets that took part. */
  readonly count: number;
  /** Derivative of the summed loss by each output: float32[steps × outputs]. */
  readonly gradient: Float32Array;
}

/** What a network says at every step, and how that is judged. It is computed here, beside every engine, so that all agree. */
export interface Head {
  readonly name: HeadName;
  /** Outputs of the dense layer at each step. */
  readonly outputs: number;
  /** Targets of each step. */
  readonly targets: number;
  readonly activation: 'linear' | 'relu';
  /**
   * Loss of activated outputs. outputs: float32[steps × outputs]; targets: float32[steps × targets], NaN where there is
   * none, which takes no part.
   */
  loss(outputs: ArrayLike<number>, targets: Float32Array): HeadLoss;
  /** Outputs to start training from, before anything is learned: float32[outputs]. */
  initialOutputs(targets: Float32Array): Float32Array;
}

/**
 * Loss of the dense layer's outputs before activation, and its gradient by them. linear: float32[steps × outputs],
 * overwritten with the activated outputs.
 */
export function lossBeforeActivation(head: Head, linear: Float32Array, targets: Float32Array): HeadLoss {
  if (head.activation === 'linear') return head.loss(linear, targets);
  for (let index = 0; index < linear.length; index++) linear[index] = Math.max(0, linear[index] ?? 0);
  const result = head.loss(linear, targets);
  for (let index = 0; index < linear.length; index++) if (linear[index] === 0) result.gradient[index] = 0;
  return result;
}
