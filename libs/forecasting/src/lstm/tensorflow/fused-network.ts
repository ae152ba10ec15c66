import { type NetworkShape } from '../network';
import { type TensorId, type TensorOps } from './tensor-ops';

/**
 * The network's weights, or their gradients, in TensorFlow's memory, in the order of NetworkWeights; but with the gates in the
 * order of TensorFlow's LSTM: input, cell, forget, output.
 */
export type WeightTensors = readonly [TensorId, TensorId, TensorId, TensorId, TensorId];

/** Windows in TensorFlow's memory. */
export interface BatchTensors {
  readonly size: number;
  /** float32[lookback × size, features] */
  readonly inputs: TensorId;
  /** What the LSTM's outputs are multiplied by, absent: 1. float32[lookback × size, units] */
  readonly mask: TensorId | undefined;
}

/** What the way forward leaves for the way back. */
interface ForwardPass {
  /** The head's outputs before activation: float32[lookback × size, outputs] */
  readonly linear: TensorId;
  /** The LSTM's outputs, before and after some are dropped: float32[lookback × size, units] */
  readonly outputs: TensorId;
  readonly kept: TensorId;
  /** Input gate, cell state, forget gate, output gate, cell input, tanh of the state: each float32[lookback, size, units] */
  readonly cells: readonly TensorId[];
  /** Kernel above recurrent kernel: float32[features + units, 4 units] */
  readonly joinedKernel: TensorId;
}

/**
 * The network's way forward and back in TensorFlow's operations. What they make belongs to the caller's scope.
 *
 * The way forward is one BlockLSTM. Its gradient, BlockLSTMGrad, would add the weights' gradients up step by step, in products
 * of a batch's few rows. Here LSTMBlockCellGrad gives the gates' gradients of each step, and the weights' come from them in
 * two products over the rows of all steps: less time for more operations.
 */
export class FusedNetwork {
  private readonly steps: TensorId;
  private readonly noPeephole: TensorId;
  private readonly firstAxis: TensorId;
  private readonly origin: TensorId;
  private readonly rowsOfUnits: TensorId;
  private readonly sequence: TensorId;

  constructor(
    private readonly ops: TensorOps,
    private readonly shape: NetworkShape,
  ) {
    const { features, units, lookback } = shape;
    this.steps = ops.int64(lookback);
    this.noPeephole = ops.float([units], new Float32Array(units));
    this.firstAxis = ops.int32([], 0);
    this.origin = ops.int32([2], 0, 0);
    this.rowsOfUnits = ops.int32([2], -1, units);
    this.sequence = ops.int32([3], lookback, -1, features);
  }

  forward(weights: WeightTensors, { inputs, size, mask }: BatchTensors): ForwardPass {
    const { ops } = this;
    const [kernel, recurrentKernel, bias, headKernel, headBias] = weights;
    const joinedKernel = this.stack([kernel, recurrentKernel]);
    const start = this.zeros(size, this.shape.units);
    const sequence = ops.run('Reshape', [inputs, this.sequence]);
    const block = ops.runMany(
      'BlockLSTM',
      [this.steps, sequence, start, start, joinedKernel, ...this.peepholes, bias],
      7,
      [ops.bool('use_peephole', false), ops.decimal('cell_clip', 0), ops.decimal('forget_bias', 0)],
    );
    const outputs = ops.run('Reshape', [block.at(-1) as TensorId, this.rowsOfUnits]);
    const kept = mask === undefined ? outputs : ops.run('Mul', [outputs, mask]);
    const linear = ops.run('BiasAdd', [ops.run('MatMul', [kept, headKernel]), headBias]);
    return { linear, outputs, kept, cells: block.slice(0, -1), joinedKernel };
  }

  /** Gradients of the weights. gradient: of `pass.linear`, float32[lookback × size × outputs]. */
  backward(weights: WeightTensors, batch: BatchTensors, pass: ForwardPass, gradient: Float32Array): WeightTensors {
    const { ops } = this;
    const { size, inputs, mask } = batch;
    const sums = columnSums(gradient, gradient.length / (this.shape.lookback * size));
    const headBias = ops.float([sums.length], sums);
    const linearGradient = ops.float([gradient.length / sums.length, sums.length], gradient);
    const headKernel = this.product(pass.kept, linearGradient, 'transpose_a');
    const keptGradient = this.product(linearGradient, weights[3], 'transpose_b');
    const outputGradient = mask === undefined ? keptGradient : ops.run('Mul', [keptGradient, mask]);
    const gates = this.gateGradients(weights, size, pass, outputGradient);
    const kernel = this.product(inputs, gates, 'transpose_a');
    // The outputs of a step meet the recurrent kernel in the next: those of the last step do not, and the first step has none.
    const rows = (this.shape.lookback - 1) * size;
    const before = ops.run('Slice', [pass.outputs, this.origin, ops.int32([2], rows, -1)]);
    const after = ops.run('Slice', [gates, ops.int32([2], size, 0), ops.int32([2], rows, -1)]);
    const recurrentKernel = this.product(before, after, 'transpose_a');
    // More exact over many rows than BiasAddGrad.
    const bias = ops.run('Sum', [gates, this.firstAxis]);
    return [kernel, recurrentKernel, bias, headKernel, headBias];
  }

  dispose(): void {
    this.ops.free([this.steps, this.noPeephole, this.firstAxis, this.origin, this.rowsOfUnits, this.sequence]);
  }

  private get peepholes(): readonly TensorId[] {
    return [this.noPeephole, this.noPeephole, this.noPeephole];
  }

  /** Gradients of the gates before activation: float32[lookback × size, 4 units]. outputGradient: of `pass.outputs`. */
  private gateGradients(
    [, recurrentKernel, bias]: WeightTensors,
    size: number,
    { cells, joinedKernel }: ForwardPass,
    outputGradient: TensorId,
  ): TensorId {
    const { ops } = this;
    const { features, units, lookback } = this.shape;
    const [gates] = ops.scopeExcept(() => {
      const none = this.zeros(size, units);
      // The operation takes inputs and earlier outputs for their shapes alone.
      const noInputs = this.zeros(size, features);
      const count = [ops.int('num', lookback)];
      const cellsOfSteps = cells.map((cell) => ops.runMany('Unpack', [cell], lookback, count));
      const split = [ops.int('num_split', lookback)];
      const outputsOfSteps = ops.runMany('Split', [this.firstAxis, outputGradient], lookback, split);
      const gradients: TensorId[] = [];
      let stateGradient = none;
      for (let step = lookback - 1; step >= 0; step--) {
        const own = outputsOfSteps[step] as TensorId;
        const later = gradients[step + 1];
        // Freed at once, the memory of what a step takes serves the next while it is in the processor's cache.
        [stateGradient, gradients[step]] = ops.scopeExcept(() => {
          const hidden =
            later === undefined ? own : ops.run('AddV2', [own, this.product(later, recurrentKernel, 'transpose_b')]);
          const cell = cellsOfSteps.map((values) => values[step] as TensorId);
          const earlierState = cellsOfSteps[1]?.[step - 1] ?? none;
          return ops
            .runMany(
              'LSTMBlockCellGrad',
              [noInputs, earlierState, none, joinedKernel, ...this.peepholes, bias, ...cell, stateGradient, hidden],
              5,
              [ops.bool('use_peephole', false)],
            )
            .slice(0, 2) as [TensorId, TensorId];
        });
      }
      return [this.stack(gradients)] as const;
    });
    return gates;
  }

  private product(a: TensorId, b: TensorId, transposed: 'transpose_a' | 'transpose_b'): TensorId {
    return this.ops.run('MatMul', [a, b], [this.ops.bool(transposed, true)]);
  }

  /** Matrices one below the other. */
  private stack(matrices: readonly TensorId[]): TensorId {
    const [first, ...others] = matrices;
    // The operation takes two or more.
    if (first !== undefined && others.length === 0) return first;
    const { ops } = this;
    return ops.run('ConcatV2', [...matrices, this.firstAxis], [ops.int('N', matrices.length), ops.floats('T')]);
  }

  private zeros(rows: number, columns: number): TensorId {
    return this.ops.float([rows, columns], new Float32Array(rows * columns));
  }
}

/** Sums over the rows of a matrix, added up in double precision: they cancel. matrix: float32[rows × columns] */
function columnSums(matrix: Float32Array, columns: number): Float32Array {
  const sums = new Float64Array(columns);
  for (let start = 0; start < matrix.length; start += columns) {
    for (let column = 0; column < columns; column++) sums[column] = (sums[column] ?? 0) + (matrix[start + column] ?? 0);
  }
  return Float32Array.from(sums);
}
