import { headOf } from '../heads/head-of';
import { type NetworkShape, type NetworkWeights, weightShapes } from '../network';
import { type Kernel } from './kernel';

const WEIGHT_NAMES = ['kernel', 'recurrent kernel', 'bias', 'head kernel', 'head bias'] as const;

/** A matrix in the kernel's memory: floats from its first to its second row, and where it begins, both in floats. */
interface Placement {
  readonly offset: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

/** One network in the memory of one instance of the kernel: what is written there and read there. */
export class NetworkMemory {
  /** Windows of the batch that was heard last. */
  private size = 0;

  constructor(
    readonly kernel: Kernel,
    readonly shape: NetworkShape,
    weights: NetworkWeights,
    trains: boolean,
  ) {
    weightShapes(shape).forEach((dimensions, index) =>
      expectLength(WEIGHT_NAMES[index] ?? '', weights[index] ?? new Float32Array(), dimensions),
    );
    const { features, units, lookback, head } = shape;
    const { outputs } = headOf(head);
    if (kernel.open(features, units, outputs, lookback, trains) === 0)
      throw new Error(
        `There is no memory for a network of ${features} features, ${units} units and ${outputs} outputs.`,
      );
    this.write(kernel.weightsAt(), weights);
    kernel.weightsChanged();
  }

  weights(): NetworkWeights {
    return this.read(this.kernel.weightsAt());
  }

  /** As the kernel's last backward pass left them. */
  gradients(): NetworkWeights {
    return this.read(this.kernel.gradientsAt());
  }

  /** Adam's first and second moments, as the kernel's last move left them. */
  moments(): { readonly means: NetworkWeights; readonly squares: NetworkWeights } {
    return { means: this.read(this.kernel.meansAt()), squares: this.read(this.kernel.squaresAt()) };
  }

  setMoments(means: NetworkWeights, squares: NetworkWeights): void {
    this.write(this.kernel.meansAt(), means);
    this.write(this.kernel.squaresAt(), squares);
  }

  /**
   * Writes a batch where the kernel expects it. inputs: float32[lookback × size × features]; mask: float32[lookback × size ×
   * units].
   */
  hear(size: number, inputs: Float32Array, mask?: Float32Array): void {
    const { lookback, features, units } = this.shape;
    expectLength('inputs', inputs, [lookback, size, features]);
    if (mask) expectLength('mask', mask, [lookback, size, units]);
    if (this.kernel.reserve(size) === 0)
      throw new Error(`There is no memory for a batch of ${size} windows. Make batches smaller.`);
    const memory = new Float32Array(this.kernel.memory.buffer);
    memory.set(inputs, this.kernel.inputsAt() / 4);
    if (mask) memory.set(mask, this.kernel.maskAt() / 4);
    this.size = size;
  }

  /** The head's outputs from a step on, which the kernel has said last; a view of its memory: float32[steps × size × outputs]. */
  outputs(step: number): Float32Array {
    const { lookback, head } = this.shape;
    const length = (lookback - step) * this.size * headOf(head).outputs;
    return new Float32Array(this.kernel.memory.buffer, this.kernel.outputsAt(), length);
  }

  private write(at: number, weights: NetworkWeights): void {
    this.placements().forEach(({ offset, stride, rows, columns }, index) => {
      const memory = new Float32Array(this.kernel.memory.buffer, at + 4 * offset);
      for (let row = 0; row < rows; row++)
        memory.set(weights[index]?.subarray(row * columns, (row + 1) * columns) ?? [], row * stride);
    });
  }

  private read(at: number): NetworkWeights {
    const [kernel, recurrent, bias, headKernel, headBias] = this.placements().map(
      ({ offset, stride, rows, columns }) => {
        const memory = new Float32Array(this.kernel.memory.buffer, at + 4 * offset);
        const values = new Float32Array(rows * columns);
        for (let row = 0; row < rows; row++)
          values.set(memory.subarray(row * stride, row * stride + columns), row * columns);
        return values;
      },
    ) as unknown as NetworkWeights;
    return [kernel, recurrent, bias, headKernel, headBias];
  }

  /** Where each of the weights is, in the order of {@link NetworkWeights}: biases are rows among them. */
  private placements(): readonly Placement[] {
    const { features, units, head } = this.shape;
    const stride = this.kernel.gateStride();
    const columns = 4 * units;
    const headStart = this.kernel.headOffset();
    const headMatrix = { stride: this.kernel.headStride(), columns: headOf(head).outputs };
    return [
      { offset: 0, stride, rows: features, columns },
      { offset: (features + 1) * stride, stride, rows: units, columns },
      { offset: features * stride, stride, rows: 1, columns },
      { offset: headStart + headMatrix.stride, ...headMatrix, rows: units },
      { offset: headStart, ...headMatrix, rows: 1 },
    ];
  }
}

/** Throws unless an array is as long as its dimensions say. */
export function expectLength(name: string, values: ArrayLike<number>, dimensions: readonly number[]): void {
  const expected = dimensions.reduce((product, dimension) => product * dimension, 1);
  if (values.length === expected) return;
  throw new RangeError(`${name}: expected ${dimensions.join(' × ')} = ${expected} values, got ${values.length}.`);
}
