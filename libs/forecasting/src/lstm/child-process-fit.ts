import { fork } from 'node:child_process';
import { type FitNetwork, type FittedNetwork } from './fit';
import { type FitMessage } from './fit-messages';

/** How much of what a training process printed goes into an error. */
const PRINTED_LIMIT = 2000;

/** Thrown when the training process failed or died (killed, out of memory): trying again may succeed. */
export class TrainingProcessError extends Error {
  override readonly name = 'TrainingProcessError';

  constructor(
    message: string,
    /** The end of what the process printed on its error stream. */
    readonly printed: string,
  ) {
    super(printed === '' ? message : `${message} It printed: ${printed}`);
  }
}

/**
 * Fits each network in a process of its own, so that the caller's event loop stays free. An abort kills that process and
 * rejects with the signal's reason once it is gone; a failure or a crash rejects with TrainingProcessError.
 * execArgv: Node's own arguments for the process.
 */
export function fitInChildProcess(execArgv: readonly string[] = []): FitNetwork {
  return (task, { onEpoch, signal }) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const child = fork(require.resolve('./fit-worker'), {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        execArgv: [...execArgv],
      });
      const kill = (): void => void child.kill('SIGKILL');
      signal?.addEventListener('abort', kill, { once: true });

      let fitted: FittedNetwork | undefined;
      let failure = '';
      let printed = '';
      child.stderr
        ?.setEncoding('utf8')
        .on('data', (text: string) => (printed = (printed + text).slice(-PRINTED_LIMIT)));
      child.on('message', (message: FitMessage) => {
        switch (message.type) {
          case 'epoch':
            return onEpoch?.(message.report);
          case 'fitted':
            return (fitted = message.fitted);
          case 'failed':
            return (failure = message.message);
        }
      });
      child.once('error', reject);
      child.once('close', (code, killedBy) => {
        signal?.removeEventListener('abort', kill);
        if (signal?.aborted) reject(signal.reason as Error);
        else if (fitted !== undefined) resolve(fitted);
        else if (failure !== '') reject(new TrainingProcessError(`Training failed: ${failure}`, printed));
        else {
          const end = killedBy === null ? `ended with code ${code}` : `was killed by ${killedBy}`;
          reject(new TrainingProcessError(`The training process ${end} before it was done.`, printed));
        }
      });
      child.send(task, (error) => error && kill());
    });
}
