import { openEngine } from '../open-engine';
import { type Checkpoints, type EngineChoice } from './fit';
import { type FitMessage, type FitRequest } from './fit-messages';
import { fitNetwork } from './fit-network';

// A process computes on one core; whoever wants more starts more processes. Read by TensorFlow when it is loaded.
Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' });

/**
 * Entry of a training process. Its argument is an EngineChoice as JSON; it takes one fit after the other, reports each epoch, hands
 * over checkpoints, and answers with the fitted network or with why there is none.
 */
const engine = openEngine(JSON.parse(process.argv[2] ?? '') as EngineChoice);
// Reported by the first fit.
engine.catch(() => undefined);

let abort = new AbortController();
let onLoaded: (state: Uint8Array | undefined) => void = () => undefined;

async function run({ task, checkpointEveryMilliseconds }: FitRequest & { type: 'fit' }): Promise<FitMessage> {
  abort = new AbortController();
  const { signal } = abort;
  try {
    const fit = fitNetwork(await engine);
    const fitted = await fit(task, {
      onEpoch: (report, origin) => send({ type: 'epoch', report, origin }),
      signal,
      ...(checkpointEveryMilliseconds === undefined
        ? {}
        : { checkpoints: parentsCheckpoints(checkpointEveryMilliseconds) }),
    });
    return { type: 'fitted', fitted };
  } catch (error) {
    if (signal.aborted) return { type: 'aborted' };
    return { type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Checkpoints that the process which started this one keeps. Nothing waits until they are kept, so that computing goes on. */
function parentsCheckpoints(everyMilliseconds: number): Checkpoints {
  return {
    everyMilliseconds,
    load: (fit) =>
      new Promise((resolve) => {
        onLoaded = resolve;
        send({ type: 'load', fit });
      }),
    save: async (fit, state) => send({ type: 'save', fit, state }),
    resumed: (fit, epochs) => send({ type: 'resumed', fit, epochs }),
    ignored: (fit, reason) => send({ type: 'ignored', fit, reason }),
  };
}

function send(message: FitMessage): void {
  process.send?.(message);
}

process.on('message', (message) => {
  const request = message as FitRequest;
  switch (request.type) {
    case 'fit':
      return void run(request).then(send);
    case 'loaded':
      return onLoaded(request.state);
    case 'abort':
      return abort.abort();
  }
});
// Whoever asked is gone: nobody waits for a result.
process.once('disconnect', () => process.exit());
