import { setImmediate } from 'node:timers/promises';
import { RandomSource } from '../../random';
import { type Batch, type LstmEngine, type LstmTrainer } from '../engine';
import { headOf } from '../heads/head-of';
import { initialWeights } from '../network';
import { gatherWindows } from '../windows';
import { type Examples, type FitNetwork, type FitTask } from './fit';

/**
 * Fits a network in this process: Adam on the loss of every step of every window (forking sequences), until the validation
 * loss has not improved for `patience` epochs. It gives way to the event loop between batches. Source of the scheme: Wen et
 * al. 2017 (MQ-RNN).
 */
export function fitNetwork(engine: LstmEngine): FitNetwork {
  return async (task, { onEpoch, signal }) => {
    const random = new RandomSource(task.seed);
    const start = task.start ?? initialWeights(task, headOf(task.head).initialOutputs(task.training.targets), random);
    const trainer = engine.trainer(task, start, task);
    try {
      let best = { epoch: 0, loss: await validationLoss(trainer, task, signal), weights: trainer.weights() };
      let epoch = 0;
      while (epoch < task.epochs && epoch - best.epoch < task.patience) {
        epoch++;
        const trainingLoss = await trainEpoch(trainer, task, random, signal);
        const loss = await validationLoss(trainer, task, signal);
        if (loss < best.loss) best = { epoch, loss, weights: trainer.weights() };
        onEpoch?.({ epoch, trainingLoss, validationLoss: loss });
      }
      const { description } = engine;
      return {
        weights: best.weights,
        epochs: epoch,
        bestEpoch: best.epoch,
        validationLoss: best.loss,
        engine: description,
      };
    } finally {
      trainer.dispose();
    }
  };
}

/** One pass over every `stride`-th window, in random order. → mean loss of a target. */
async function trainEpoch(
  trainer: LstmTrainer,
  task: FitTask,
  random: RandomSource,
  signal: AbortSignal | undefined,
): Promise<number> {
  const offset = random.integer(task.stride);
  const windows = random.shuffled(task.training.lastRows.filter((_, index) => index % task.stride === offset));
  const masks = new Float32Array(task.batchSize * task.lookback * task.units);
  return meanLoss(task, task.training, windows, signal, (batch) => {
    if (task.dropout === 0) return trainer.step(batch);
    const mask = masks.subarray(0, batch.size * task.lookback * task.units);
    random.fillDropout(mask, task.dropout);
    return trainer.step({ ...batch, mask });
  });
}

/** Mean loss of the validation targets without dropout. */
async function validationLoss(trainer: LstmTrainer, task: FitTask, signal: AbortSignal | undefined): Promise<number> {
  const windows = Array.from(task.validation.lastRows.filter((_, index) => index % task.stride === 0));
  return meanLoss(task, task.validation, windows, signal, (batch) => trainer.loss(batch));
}

async function meanLoss(
  task: FitTask,
  examples: Examples,
  windows: readonly number[],
  signal: AbortSignal | undefined,
  lossOf: (batch: Batch) => { loss: number; count: number },
): Promise<number> {
  let total = 0;
  let targets = 0;
  for (let start = 0; start < windows.length; start += task.batchSize) {
    await setImmediate();
    signal?.throwIfAborted();
    const { loss, count } = lossOf(gather(task, examples, windows, start));
    total += loss;
    targets += count;
  }
  return total / targets;
}

/** The windows from `start` on as one batch. */
function gather(task: FitTask, { targets }: Examples, windows: readonly number[], start: number): Batch {
  const lastRows = windows.slice(start, start + task.batchSize);
  return {
    size: lastRows.length,
    inputs: gatherWindows(task.inputs, task.features, task.lookback, lastRows),
    targets: gatherWindows(targets, headOf(task.head).targets, task.lookback, lastRows),
  };
}
