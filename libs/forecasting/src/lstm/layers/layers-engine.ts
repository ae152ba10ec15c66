import {
  add,
  customGrad,
  div,
  type GradSaveFunc,
  mul,
  reshape,
  scalar,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tensor3d,
  tidy,
  transpose,
  type Variable,
  variable,
  variableGrads,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type layers, type Sequential } from '@tensorflow/tfjs-layers';
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
import { type HeadLoss } from '../heads/head';
import { headOf } from '../heads/head-of';
import { type NetworkShape, type NetworkWeights } from '../network';
import { buildNetwork, setNetworkWeights } from './layers-network';
import { usePlainBackend } from './plain-backend';

type Layer = ReturnType<typeof layers.dense>;

/**
 * The reference that the fast engines are checked against: tfjs-layers' own layers and gradients in plain JavaScript. A
 * network of the usual size takes it a second a batch.
 */
export async function openLayersEngine(): Promise<LstmEngine> {
  await usePlainBackend();
  return {
    name: 'layers',
    description: 'tfjs-layers 4.22.0',
    trainer: (shape, weights, adam, moments) => new LayersTrainer(shape, weights, adam, moments),
    forecaster: (shape, weights) => new LayersForecaster(shape, weights),
  };
}

class LayersTrainer implements LstmTrainer {
  private readonly network: Sequential;
  private readonly variables: readonly Variable[];
  private readonly means: readonly Variable[];
  private readonly squares: readonly Variable[];
  private steps: number;

  constructor(
    private readonly shape: NetworkShape,
    weights: NetworkWeights,
    private readonly adam: Adam,
    moments: AdamMoments | undefined,
  ) {
    this.network = networkOf(shape, weights);
    this.variables = this.network.trainableWeights.map((weight) => weight.read() as Variable);
    this.means = variablesLike(this.variables, moments?.means);
    this.squares = variablesLike(this.variables, moments?.squares);
    this.steps = moments?.steps ?? 0;
  }

  step(batch: Batch): BatchLoss {
    return tidy(() => {
      const { loss, count, gradients } = this.differentiate(batch);
      if (count === 0) return { loss, count };
      this.steps++;
      const [first, second] = ADAM_DECAYS;
      const rate = (this.adam.learningRate * Math.sqrt(1 - second ** this.steps)) / (1 - first ** this.steps);
      const factor = this.clipping(gradients);
      gradients.forEach((gradient, index) => {
        const [weight, mean, meanSquare] = [this.variables[index], this.means[index], this.squares[index]];
        if (!weight || !mean || !meanSquare) return;
        const clipped = mul(gradient, factor);
        mean.assign(add(mul(mean, first), mul(clipped, 1 - first)));
        meanSquare.assign(add(mul(meanSquare, second), mul(square(clipped), 1 - second)));
        weight.assign(sub(weight, div(mul(mean, rate), add(sqrt(meanSquare), ADAM_EPSILON))));
      });
      return { loss, count };
    });
  }

  loss(batch: Batch): BatchLoss {
    const outputs = tidy(() => this.apply(batch).dataSync());
    const { loss, count } = headOf(this.shape.head).loss(outputs, batch.targets);
    return { loss, count };
  }

  gradients(batch: Batch): NetworkWeights {
    let gradients: NetworkWeights | undefined;
    tidy(() => {
      gradients = valuesOf(this.differentiate(batch).gradients);
    });
    return gradients as unknown as NetworkWeights;
  }

  weights(): NetworkWeights {
    return valuesOf(this.variables);
  }

  moments(): AdamMoments {
    return { means: valuesOf(this.means), squares: valuesOf(this.squares), steps: this.steps };
  }

  dispose(): void {
    this.network.dispose();
    [...this.means, ...this.squares].forEach((moment) => moment.dispose());
  }

  /** Factor that brings gradients down to the norm allowed. */
  private clipping(gradients: readonly Tensor[]): number {
    const norm = Math.sqrt(
      gradients.map((gradient) => sum(square(gradient)).dataSync()[0] ?? NaN).reduce((total, term) => total + term, 0),
    );
    return Math.min(1, (this.adam.gradientNorm ?? Infinity) / norm);
  }

  private differentiate(batch: Batch): BatchLoss & { gradients: Tensor[] } {
    let likelihood: HeadLoss = { loss: 0, count: 0, gradient: new Float32Array() };
    const meanLoss = customGrad((outputs: Tensor | GradSaveFunc) => {
      const activated = outputs as Tensor;
      likelihood = headOf(this.shape.head).loss(activated.dataSync(), batch.targets);
      const { loss, count, gradient } = likelihood;
      const gradFunc = (dy: Tensor): Tensor =>
        mul(reshape(tensor(gradient.map((value) => value / count)), activated.shape), dy);
      return { value: scalar(loss / count), gradFunc };
    });
    const { grads } = variableGrads(() => meanLoss(this.apply(batch)), [...this.variables]);
    const gradients = this.variables.map(({ name }) => grads[name] as Tensor);
    return { loss: likelihood.loss, count: likelihood.count, gradients };
  }

  /** Activated outputs of a batch, time-major: [lookback, size, outputs]. */
  private apply({ inputs, size, mask }: Batch): Tensor {
    const { lookback, features, units } = this.shape;
    const [lstm, , head] = this.network.layers as [Layer, Layer, Layer];
    const sequence = lstm.apply(windowsOf(inputs, lookback, size, features)) as Tensor;
    const kept = mask === undefined ? sequence : mul(sequence, windowsOf(mask, lookback, size, units));
    return transpose(head.apply(kept) as Tensor, [1, 0, 2]);
  }
}

class LayersForecaster implements LstmForecaster {
  private readonly network: Sequential;

  constructor(
    private readonly shape: NetworkShape,
    weights: NetworkWeights,
  ) {
    this.network = networkOf(shape, weights);
  }

  outputs(inputs: Float32Array, size: number): Float32Array {
    const { lookback, features, head } = this.shape;
    return tidy(() => {
      const sequence = this.network.predict(windowsOf(inputs, lookback, size, features)) as Tensor;
      return slice(sequence, [0, lookback - 1, 0], [size, 1, headOf(head).outputs]).dataSync<'float32'>();
    });
  }

  dispose(): void {
    this.network.dispose();
  }
}

function networkOf(shape: NetworkShape, weights: NetworkWeights): Sequential {
  const network = buildNetwork(shape);
  setNetworkWeights(network, weights);
  return network;
}

/** Variables of the shapes of others, zero unless their values are given. */
function variablesLike(others: readonly Variable[], values: NetworkWeights | undefined): Variable[] {
  return others.map((other, index) =>
    tidy(() => {
      const given = values?.[index];
      return variable(given ? tensor(Float32Array.from(given), other.shape) : zerosLike(other));
    }),
  );
}

/** A time-major array as layers take it: [size, lookback, width]. */
function windowsOf(values: Float32Array, lookback: number, size: number, width: number): Tensor {
  return transpose(tensor3d(values, [lookback, size, width]), [1, 0, 2]);
}

function valuesOf(tensors: readonly Tensor[]): NetworkWeights {
  const [kernel, recurrent, bias, headKernel, headBias] = tensors.map((weight) =>
    Float32Array.from(weight.dataSync<'float32'>()),
  );
  if (!kernel || !recurrent || !bias || !headKernel || !headBias)
    throw new Error('A network of three layers has five weights.');
  return [kernel, recurrent, bias, headKernel, headBias];
}
