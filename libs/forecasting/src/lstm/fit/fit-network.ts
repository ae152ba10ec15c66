import { setImmediate } from 'node:timers/promises';
import { RandomSource } from '../../random';
import { type Batch, type LstmEngine, type LstmTrainer } from '../engine';
import { headOf } from '../heads/head-of';
import { initialWeights, type NetworkWeights } from '../network';
import { gatherWindows } from '../windows';
import { fitIdentity, type FitState } from './checkpoint';
import { CheckpointKeeper } from './checkpoint-keeper';
import { type EpochReport, type Examples, type FitNetwork, type FitTask } from './fit';

/**
 * Fits a network in this process: Adam on the loss of every step of every window (forking sequences), until the validation
 * loss has not improved for `patience` epochs. It gives way to the event loop between batches. Source of the scheme: Wen et
 * al. 2017 (MQ-RNN).
 *
 * now: monotonic milliseconds, by which checkpoints are spaced.
 */
export function fitNetwork(engine: LstmEngine, now: () => number = () => performance.now()): FitNetwork {
  return async (task, { onEpoch, signal, checkpoints }) => {
    const { description } = engine;
    const keeper = checkpoints && new CheckpointKeeper(checkpoints, fitIdentity(task, description), description, now);
    const earlier = keeper ? await keeper.load(task) : undefined;
    const random = earlier ? RandomSource.from(earlier.random) : new RandomSource(task.seed);
    const trainer = earlier
      ? engine.trainer(task, earlier.weights, task, earlier.moments)
      : engine.trainer(task, startingWeights(task, random), task);
    try {
      const reports: EpochReport[] = [...(earlier?.reports ?? [])];
      for (const report of reports) onEpoch?.(report, 'remembered');
      let best = earlier?.best ?? {
        epoch: 0,
        loss: await validationLoss(trainer, task, signal),
        weights: trainer.weights(),
      };
      while (reports.length < task.epochs && reports.length - best.epoch < task.patience) {
        const epoch = reports.length + 1;
        const trainingLoss = await trainEpoch(trainer, task, random, signal);
        const loss = await validationLoss(trainer, task, signal);
        if (loss < best.loss) best = { epoch, loss, weights: trainer.weights() };
        const report = { epoch, trainingLoss, validationLoss: loss };
        reports.push(report);
        onEpoch?.(report, 'computed');
        await keeper?.epochEnded(stateOf(trainer, random, reports, best));
      }
      await keeper?.done();
      return {
        weights: best.weights,
        epochs: reports.length,
        bestEpoch: best.epoch,
        validationLoss: best.loss,
        engine: description,
      };
    } catch (error) {
      if (signal?.aborted) await keeper?.aborted();
      throw error;
    } finally {
      trainer.dispose();
    }
  };
}

function startingWeights(task: FitTask, random: RandomSource): NetworkWeights {
  return task.start ?? initialWeights(task, headOf(task.head).initialOutputs(task.training.targets), random);
}

function stateOf(
  trainer: LstmTrainer,
  random: RandomSource,
  reports: readonly EpochReport[],
  best: FitState['best'],
): FitState {
  return {
    reports: [...reports],
    best,
    random: random.state(),
    weights: trainer.weights(),
    moments: trainer.moments(),
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
