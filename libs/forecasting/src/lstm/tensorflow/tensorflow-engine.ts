import {
  type Adam,
  ADAM_DECAYS,
  ADAM_EPSILON,
  type AdamMoments,
  type Batch,
  type BatchLoss,
  type LstmEngine,
  type LstmForecaster,
  type LstmTrainer,
} from '../engine';
import { lossBeforeActivation } from '../heads/head';
import { headOf } from '../heads/head-of';
import { type NetworkShape, type NetworkWeights, weightShapes } from '../network';
import { findTensorFlow } from './find-tensorflow';
import { type BatchTensors, FusedNetwork, type WeightTensors } from './fused-network';
import { type TensorId, TensorOps } from './tensor-ops';

/**
 * The network on TensorFlow's fused LSTM. TensorFlow reads its environment when it is loaded: with TF_NUM_INTRAOP_THREADS and
 * TF_NUM_INTEROP_THREADS at 1 it computes on one thread, and the bytes are the same each time.
 *
 * cache: the project's cache folder, where TensorFlow is installed.
 * @throws where it is not, or cannot be loaded.
 */
export function openTensorFlowEngine(cache: string): LstmEngine {
  const installation = findTensorFlow(cache);
  if (!installation) throw new Error(`There is no TensorFlow in ${cache}. Get it with \`make tensorflow\`.`);
  return tensorFlowEngine(new TensorOps(installation.addon));
}

/** The engine on a loaded TensorFlow. */
export function tensorFlowEngine(ops: TensorOps): LstmEngine {
  return {
    name: 'tensorflow',
    description: `TensorFlow ${ops.version}`,
    trainer: (shape, weights, adam, moments) => new TensorFlowTrainer(ops, shape, weights, adam, moments),
    forecaster: (shape, weights) => new TensorFlowForecaster(ops, shape, weights),
  };
}

class TensorFlowTrainer implements LstmTrainer {
  private readonly network: FusedNetwork;
  private readonly variables: WeightTensors;
  private readonly means: WeightTensors;
  private readonly squares: WeightTensors;
  private readonly decays: readonly TensorId[];
  private readonly epsilon: TensorId;
  private readonly zero: TensorId;
  private steps: number;

  constructor(
    private readonly ops: TensorOps,
    private readonly shape: NetworkShape,
    weights: NetworkWeights,
    private readonly adam: Adam,
    moments: AdamMoments | undefined,
  ) {
    this.network = new FusedNetwork(ops, shape);
    this.variables = variablesOf(ops, shape, weights);
    this.means = variablesOf(ops, shape, moments?.means ?? zerosLike(weights));
    this.squares = variablesOf(ops, shape, moments?.squares ?? zerosLike(weights));
    this.steps = moments?.steps ?? 0;
    this.decays = ADAM_DECAYS.map((decay) => ops.scalar(decay));
    this.epsilon = ops.scalar(ADAM_EPSILON);
    this.zero = ops.scalar(0);
  }

  step(batch: Batch): BatchLoss {
    return this.ops.scope(() => {
      const { loss, count, gradients } = this.differentiate(batch);
      if (count > 0) this.move(this.clipped(gradients));
      return { loss, count };
    });
  }

  loss(batch: Batch): BatchLoss {
    return this.ops.scope(() => {
      const { linear } = this.network.forward(this.values(), this.tensorsOf(batch));
      const { loss, count } = lossBeforeActivation(headOf(this.shape.head), this.ops.read(linear), batch.targets);
      return { loss, count };
    });
  }

  gradients(batch: Batch): NetworkWeights {
    return this.ops.scope(() => readAll(this.ops, this.differentiate(batch).gradients));
  }

  weights(): NetworkWeights {
    return this.ops.scope(() => readAll(this.ops, this.values()));
  }

  moments(): AdamMoments {
    return this.ops.scope(() => {
      const [means, squares] = [this.means, this.squares].map((group) =>
        readAll(this.ops, valuesOf(this.ops, group)),
      ) as [NetworkWeights, NetworkWeights];
      return { means, squares, steps: this.steps };
    });
  }

  dispose(): void {
    this.network.dispose();
    this.ops.destroy([...this.variables, ...this.means, ...this.squares]);
    this.ops.free([...this.decays, this.epsilon, this.zero]);
  }

  /** Loss of a batch and the gradients of its mean. All else, the weights' values above all, is freed. */
  private differentiate(batch: Batch): BatchLoss & { gradients: WeightTensors } {
    let result: BatchLoss = { loss: 0, count: 0 };
    const gradients = this.ops.scopeExcept(() => {
      const weights = this.values();
      const tensors = this.tensorsOf(batch);
      const pass = this.network.forward(weights, tensors);
      const head = headOf(this.shape.head);
      const { loss, count, gradient } = lossBeforeActivation(head, this.ops.read(pass.linear), batch.targets);
      result = { loss, count };
      for (let index = 0; index < gradient.length; index++)
        gradient[index] = (gradient[index] ?? 0) / Math.max(1, count);
      return this.network.backward(weights, tensors, pass, gradient);
    });
    return { ...result, gradients };
  }

  /** Gradients scaled down to the norm allowed. */
  private clipped(gradients: WeightTensors): WeightTensors {
    const { ops } = this;
    const { gradientNorm } = this.adam;
    if (gradientNorm === undefined) return gradients;
    const halfSquares = gradients.map((gradient) => ops.run('L2Loss', [gradient]));
    const total = ops.run('AddN', halfSquares, [ops.int('N', halfSquares.length), ops.floats('T')]);
    const norm = Math.sqrt(2 * (ops.read(total)[0] ?? NaN));
    if (norm <= gradientNorm) return gradients;
    const factor = ops.scalar(gradientNorm / norm);
    return gradients.map((gradient) => ops.run('Mul', [gradient, factor])) as unknown as WeightTensors;
  }

  private move(gradients: WeightTensors): void {
    this.steps++;
    const [first, second] = ADAM_DECAYS;
    // Corrected for the moments' start here, in double precision: the powers of the decays that the operation asks for are 0.
    const rate = (this.adam.learningRate * Math.sqrt(1 - second ** this.steps)) / (1 - first ** this.steps);
    const hyperparameters = [this.zero, this.zero, this.ops.scalar(rate), ...this.decays, this.epsilon];
    gradients.forEach((gradient, index) => {
      const moved = [this.variables, this.means, this.squares].map((group) => group[index] as TensorId);
      this.ops.runFor('ResourceApplyAdam', [...moved, ...hyperparameters, gradient]);
    });
  }

  private values(): WeightTensors {
    return valuesOf(this.ops, this.variables);
  }

  private tensorsOf({ inputs, size, mask }: Batch): BatchTensors {
    return batchTensors(this.ops, this.shape, inputs, size, mask);
  }
}

class TensorFlowForecaster implements LstmForecaster {
  private readonly network: FusedNetwork;
  private readonly variables: WeightTensors;

  constructor(
    private readonly ops: TensorOps,
    private readonly shape: NetworkShape,
    weights: NetworkWeights,
  ) {
    this.network = new FusedNetwork(ops, shape);
    this.variables = variablesOf(ops, shape, weights);
  }

  outputs(inputs: Float32Array, size: number): Float32Array {
    const head = headOf(this.shape.head);
    return this.ops.scope(() => {
      const batch = batchTensors(this.ops, this.shape, inputs, size);
      const { linear } = this.network.forward(valuesOf(this.ops, this.variables), batch);
      const last = this.ops.read(linear).slice(-size * head.outputs);
      return head.activation === 'relu' ? last.map((output) => Math.max(0, output)) : last;
    });
  }

  dispose(): void {
    this.network.dispose();
    this.ops.destroy(this.variables);
  }
}

function batchTensors(
  ops: TensorOps,
  { lookback, features, units }: NetworkShape,
  inputs: Float32Array,
  size: number,
  mask?: Float32Array,
): BatchTensors {
  const rows = lookback * size;
  return { size, inputs: ops.float([rows, features], inputs), mask: mask && ops.float([rows, units], mask) };
}

function variablesOf(ops: TensorOps, shape: NetworkShape, weights: NetworkWeights): WeightTensors {
  const shapes = weightShapes(shape);
  const reordered = exchangeGates(weights);
  return reordered.map((weight, index) => ops.variable(shapes[index] ?? [], weight)) as unknown as WeightTensors;
}

function valuesOf(ops: TensorOps, variables: WeightTensors): WeightTensors {
  return variables.map((variable) => ops.value(variable)) as unknown as WeightTensors;
}

function readAll(ops: TensorOps, tensors: WeightTensors): NetworkWeights {
  return exchangeGates(tensors.map((tensor) => ops.read(tensor)) as unknown as NetworkWeights);
}

/** Copies of weights with the second and the third gate exchanged: from the order of Keras to TensorFlow's, and back. */
function exchangeGates([kernel, recurrentKernel, bias, headKernel, headBias]: NetworkWeights): NetworkWeights {
  const units = bias.length / 4;
  const exchanged = (weight: Float32Array): Float32Array => {
    const result = weight.slice();
    for (let row = 0; row < weight.length; row += 4 * units) {
      result.set(weight.subarray(row + units, row + 2 * units), row + 2 * units);
      result.set(weight.subarray(row + 2 * units, row + 3 * units), row + units);
    }
    return result;
  };
  return [exchanged(kernel), exchanged(recurrentKernel), exchanged(bias), headKernel.slice(), headBias.slice()];
}

function zerosLike(weights: NetworkWeights): NetworkWeights {
  return weights.map((weight) => new Float32Array(weight.length)) as unknown as NetworkWeights;
}
