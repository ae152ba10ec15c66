import { setImmediate } from 'node:timers/promises';
import { type FitTask } from '../fit/fit';
import { headOf } from '../heads/head-of';
import { type NetworkWeights } from '../network';
import { openWasmEngine } from '../wasm/wasm-engine';
import { gatherWindows } from '../windows';

/** Windows computed at a time, between which the event loop has its turn. */
const WINDOWS = 64;

/**
 * Mean loss of a validation target as the network would be asked for it: by the last step of its window alone, from the end of a
 * window on each of the rows. So networks of different lookbacks are judged by the same targets, each with all that it looks back
 * on; the loss of all steps would favour the longer, fewer of whose steps are early. lastRows: rows that end a window.
 */
export async function latestStepLoss(
  task: FitTask,
  weights: NetworkWeights,
  lastRows: Int32Array,
  signal: AbortSignal,
): Promise<number> {
  const head = headOf(task.head);
  const network = (await openWasmEngine({ fusedMultiplyAdd: false })).forecaster(task, weights);
  let total = 0;
  let targets = 0;
  try {
    for (let first = 0; first < lastRows.length; first += WINDOWS) {
      await setImmediate();
      signal.throwIfAborted();
      const rows = lastRows.subarray(first, first + WINDOWS);
      const outputs = network.outputs(gatherWindows(task.inputs, task.features, task.lookback, rows), rows.length);
      const { loss, count } = head.loss(outputs, gatherWindows(task.validation.targets, head.targets, 1, rows));
      total += loss;
      targets += count;
    }
  } finally {
    network.dispose();
  }
  return total / targets;
}
