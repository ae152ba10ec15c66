import { type FitTask } from './fit';
import { type FitMessage } from './fit-messages';
import { fitNetwork } from './fit-network';
import { useWasmBackend } from './wasm-backend';

/** Entry of the training process: takes one FitTask, reports each epoch, answers with the fitted network and ends. */
async function run(task: FitTask): Promise<FitMessage> {
  try {
    await useWasmBackend();
    const fitted = await fitNetwork(task, { onEpoch: (report) => send({ type: 'epoch', report }) });
    return { type: 'fitted', fitted };
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function send(message: FitMessage, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}

process.once('message', (task) => {
  void run(task as FitTask).then((message) => send(message, () => process.disconnect()));
});
// Whoever asked is gone: nobody waits for the result.
process.once('disconnect', () => process.exit());
