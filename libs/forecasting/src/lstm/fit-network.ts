import { setImmediate } from 'node:timers/promises';
import {
  customGrad,
  type GradSaveFunc,
  mul,
  reshape,
  type Scalar,
  scalar,
  type Tensor,
  tensor1d,
  tensor3d,
  tidy,
  train,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type layers, type Sequential } from '@tensorflow/tfjs-layers';
import { HORIZONS } from '../horizons';
import { RandomSource } from '../random';
import { clipGradients } from './clip-gradients';
import { type Examples, type FitNetwork, type FitTask } from './fit';
import { buildNetwork, initialWeights, setNetworkWeights } from './network';
import { levelOutputs, type Likelihood, studentTLoss } from './student-t-head';

type Layer = ReturnType<typeof layers.dense>;
type Optimizer = ReturnType<typeof train.adam>;

/** Windows of a step, gathered: inputs float32[batch × lookback × features], targets float32[batch × lookback × 10]. */
interface Batch {
  readonly size: number;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

/**
 * Fits a network in this process on the active TensorFlow backend, with Adam on the Student t likelihood of every step of
 * every window (forking sequences), and stops when the validation loss has not improved for `patience` epochs.
 * It gives way to the event loop between batches. Source of the scheme: Wen et al. 2017 (MQ-RNN).
 */
export const fitNetwork: FitNetwork = async (task, { onEpoch, signal }) => {
  const random = new RandomSource(task.seed);
  const network = buildNetwork(task);
  const optimizer = train.adam(task.learningRate, 0.9, 0.999, 1e-7);
  try {
    setNetworkWeights(network, initialWeights(task, levelOutputs(task.training.targets), random));
    let best = { epoch: 0, loss: await validationLoss(network, task, signal), weights: weightsOf(network) };
    let epoch = 0;
    while (epoch < task.epochs && epoch - best.epoch < task.patience) {
      epoch++;
      const trainingLoss = await trainEpoch(network, optimizer, task, random, signal);
      const loss = await validationLoss(network, task, signal);
      if (loss < best.loss) best = { epoch, loss, weights: weightsOf(network) };
      onEpoch?.({ epoch, trainingLoss, validationLoss: loss });
    }
    return { weights: best.weights, epochs: epoch, bestEpoch: best.epoch, validationLoss: best.loss };
  } finally {
    optimizer.dispose();
    network.dispose();
  }
};

/** One pass over every `stride`-th window, in random order. → mean loss of a target. */
async function trainEpoch(
  network: Sequential,
  optimizer: Optimizer,
  task: FitTask,
  random: RandomSource,
  signal: AbortSignal | undefined,
): Promise<number> {
  const offset = random.integer(task.stride);
  const windows = random.shuffled(task.training.lastRows.filter((_, index) => index % task.stride === offset));
  let loss = 0;
  let count = 0;
  for (const batch of batches(task, task.training, windows)) {
    await setImmediate();
    signal?.throwIfAborted();
    const likelihood = trainStep(network, optimizer, task, batch, random);
    loss += likelihood.loss;
    count += likelihood.count;
  }
  return loss / count;
}

/** Mean loss of the validation targets without dropout. */
async function validationLoss(network: Sequential, task: FitTask, signal: AbortSignal | undefined): Promise<number> {
  const windows = Array.from(task.validation.lastRows.filter((_, index) => index % task.stride === 0));
  let loss = 0;
  let count = 0;
  for (const batch of batches(task, task.validation, windows)) {
    await setImmediate();
    signal?.throwIfAborted();
    const outputs = tidy(() => (network.apply(inputTensor(task, batch)) as Tensor).dataSync());
    const likelihood = studentTLoss(outputs, batch.targets);
    loss += likelihood.loss;
    count += likelihood.count;
  }
  return loss / count;
}

function* batches(task: FitTask, { targets }: Examples, windows: readonly number[]): Generator<Batch> {
  const { features, lookback, inputs } = task;
  for (let start = 0; start < windows.length; start += task.batchSize) {
    const lastRows = windows.slice(start, start + task.batchSize);
    const size = lastRows.length;
    const batch = {
      size,
      inputs: new Float32Array(size * lookback * features),
      targets: new Float32Array(size * lookback * HORIZONS),
    };
    lastRows.forEach((lastRow, index) => {
      const firstRow = lastRow - lookback + 1;
      batch.inputs.set(inputs.subarray(firstRow * features, (lastRow + 1) * features), index * lookback * features);
      batch.targets.set(targets.subarray(firstRow * HORIZONS, (lastRow + 1) * HORIZONS), index * lookback * HORIZONS);
    });
    yield batch;
  }
}

function inputTensor({ lookback, features }: FitTask, { size, inputs }: Batch): Tensor {
  return tensor3d(inputs, [size, lookback, features]);
}

/** One step of Adam on the mean loss of the batch's targets. */
function trainStep(
  network: Sequential,
  optimizer: Optimizer,
  task: FitTask,
  batch: Batch,
  random: RandomSource,
): Likelihood {
  const [lstm, , head] = network.layers as [Layer, Layer, Layer];
  const kept = 1 - task.dropout;
  const mask = Float32Array.from({ length: batch.size * task.lookback * task.units }, () =>
    random.uniform() < kept ? 1 / kept : 0,
  );
  let likelihood: Likelihood = { loss: 0, count: 0, gradient: new Float32Array() };

  // The density needs Γ and its derivative, which TensorFlow.js has not: loss and gradient are computed beside the tape.
  const meanLoss = customGrad((outputs: Tensor | GradSaveFunc) => {
    const raw = outputs as Tensor;
    likelihood = studentTLoss(raw.dataSync(), batch.targets);
    const { loss, count, gradient } = likelihood;
    return {
      value: scalar(loss / count),
      gradFunc: (dy: Tensor) => mul(reshape(tensor1d(gradient.map((value) => value / count)), raw.shape), dy),
    };
  });

  tidy(() => {
    const trained = network.trainableWeights.map((weight) => weight.read() as Variable);
    const { grads } = variableGrads(() => {
      const sequence = lstm.apply(inputTensor(task, batch)) as Tensor;
      const dropped = mul(sequence, tensor3d(mask, [batch.size, task.lookback, task.units]));
      return meanLoss(head.apply(dropped) as Tensor) as Scalar;
    }, trained);
    optimizer.applyGradients(clipGradients(grads, task.gradientNorm));
  });
  return likelihood;
}

function weightsOf(network: Sequential): Float32Array[] {
  return network.getWeights().map((weight) => Float32Array.from(weight.dataSync()));
}
