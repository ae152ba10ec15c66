import { createHash } from 'node:crypto';
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
import { type Head, type HeadLoss, lossBeforeActivation } from '../heads/head';
import { headOf } from '../heads/head-of';
import { type NetworkShape, type NetworkWeights } from '../network';
import { compileKernel } from './kernel';
import { expectLength, NetworkMemory } from './network-memory';

/** Windows that a forecaster takes at a time, so that its memory does not depend on how many it is asked for. */
const FORECAST_WINDOWS = 64;

/**
 * Our own WebAssembly kernel of the whole step, SIMD, one thread; source in kernel/. fusedMultiplyAdd: true takes the build that
 * rounds once where the machine has it, about a third faster, whose bytes depend on the machine; false, or where the machine has
 * none, the build that gives the same bytes on every machine. The description says which it is.
 */
export async function openWasmEngine({ fusedMultiplyAdd }: { fusedMultiplyAdd: boolean }): Promise<LstmEngine> {
  const { fused, binary, instantiate } = compileKernel({ fused: fusedMultiplyAdd });
  const digest = createHash('sha256').update(binary).digest('hex').slice(0, 8);
  const open = (shape: NetworkShape, weights: NetworkWeights, trains: boolean): NetworkMemory =>
    new NetworkMemory(instantiate(), shape, weights, trains);
  return {
    name: 'wasm',
    description: `wasm simd${fused ? ' fma' : ''}, kernel ${digest}`,
    trainer: (shape, weights, adam, moments) => new WasmTrainer(open(shape, weights, true), adam, moments),
    forecaster: (shape, weights) => new WasmForecaster(open(shape, weights, false)),
  };
}

class WasmTrainer implements LstmTrainer {
  private readonly head: Head;
  private network: NetworkMemory | undefined;
  /** Decays of Adam's moments to the power of the steps so far; powers would depend on the machine's mathematics library. */
  private firstPower = 1;
  private secondPower = 1;
  private steps = 0;

  constructor(
    network: NetworkMemory,
    private readonly adam: Adam,
    moments: AdamMoments | undefined,
  ) {
    this.network = network;
    this.head = headOf(network.shape.head);
    if (moments) {
      network.setMoments(moments.means, moments.squares);
      while (this.steps < moments.steps) this.countStep();
    }
  }

  step(batch: Batch): BatchLoss {
    const { loss, count } = this.differentiate(batch);
    if (count === 0) return { loss, count };
    const { kernel } = opened(this.network);
    const { learningRate, gradientNorm } = this.adam;
    const [first, second] = ADAM_DECAYS;
    this.countStep();
    const rate = (learningRate * Math.sqrt(1 - this.secondPower)) / (1 - this.firstPower);
    const factor = gradientNorm === undefined ? 1 : Math.min(1, gradientNorm / Math.sqrt(kernel.gradientSquares()));
    kernel.move(factor, rate, first, second, ADAM_EPSILON);
    return { loss, count };
  }

  loss(batch: Batch): BatchLoss {
    const { loss, count } = this.judge(batch);
    return { loss, count };
  }

  gradients(batch: Batch): NetworkWeights {
    this.differentiate(batch);
    return opened(this.network).gradients();
  }

  weights(): NetworkWeights {
    return opened(this.network).weights();
  }

  moments(): AdamMoments {
    return { ...opened(this.network).moments(), steps: this.steps };
  }

  dispose(): void {
    this.network = undefined;
  }

  private countStep(): void {
    const [first, second] = ADAM_DECAYS;
    this.firstPower *= first;
    this.secondPower *= second;
    this.steps++;
  }

  private differentiate(batch: Batch): HeadLoss {
    const network = opened(this.network);
    const result = this.judge(batch);
    network.outputs(0).set(result.gradient);
    network.kernel.backward(batch.mask !== undefined, result.count);
    return result;
  }

  /** Loss of a batch, and its gradient by the head's outputs; leaves the activations in memory. */
  private judge({ inputs, size, mask, targets }: Batch): HeadLoss {
    const network = opened(this.network);
    expectLength('targets', targets, [network.shape.lookback, size, this.head.targets]);
    network.hear(size, inputs, mask);
    network.kernel.forward(mask !== undefined);
    network.kernel.sayFrom(0, mask !== undefined);
    return lossBeforeActivation(this.head, network.outputs(0), targets);
  }
}

class WasmForecaster implements LstmForecaster {
  private network: NetworkMemory | undefined;

  constructor(network: NetworkMemory) {
    this.network = network;
  }

  outputs(inputs: Float32Array, size: number): Float32Array {
    const network = opened(this.network);
    const { lookback, features, head } = network.shape;
    const { activation, outputs } = headOf(head);
    expectLength('inputs', inputs, [lookback, size, features]);
    const said = new Float32Array(size * outputs);
    for (let first = 0; first < size; first += FORECAST_WINDOWS) {
      const windows = Math.min(FORECAST_WINDOWS, size - first);
      network.hear(windows, windowsOf(inputs, lookback, size, features, first, windows));
      network.kernel.forward(false);
      network.kernel.sayFrom(lookback - 1, false);
      said.set(network.outputs(lookback - 1), first * outputs);
    }
    return activation === 'relu' ? said.map((value) => Math.max(0, value)) : said;
  }

  dispose(): void {
    this.network = undefined;
  }
}

function opened(network: NetworkMemory | undefined): NetworkMemory {
  if (network === undefined) throw new Error('This network was disposed of. Open another one from the engine.');
  return network;
}

/** Some of the windows of time-major inputs. */
function windowsOf(
  inputs: Float32Array,
  lookback: number,
  size: number,
  features: number,
  first: number,
  windows: number,
): Float32Array {
  if (windows === size) return inputs;
  const some = new Float32Array(lookback * windows * features);
  for (let step = 0; step < lookback; step++) {
    const from = (step * size + first) * features;
    some.set(inputs.subarray(from, from + windows * features), step * windows * features);
  }
  return some;
}
