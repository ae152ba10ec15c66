import { openEngine } from '../open-engine';
import { type EngineChoice, type FitTask } from './fit';
import { type FitMessage } from './fit-messages';
import { fitNetwork } from './fit-network';

// A process computes on one core; whoever wants more starts more processes. Read by TensorFlow when it is loaded.
Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' });

/**
 * Entry of a training process. Its argument is an EngineChoice as JSON; it takes one FitTask after the other, reports each
 * epoch and answers with the fitted network or with why there is none.
 */
const engine = openEngine(JSON.parse(process.argv[2] ?? '') as EngineChoice);
// Reported by the first fit.
engine.catch(() => undefined);

async function run(task: FitTask): Promise<FitMessage> {
  try {
    const fit = fitNetwork(await engine);
    return { type: 'fitted', fitted: await fit(task, { onEpoch: (report) => send({ type: 'epoch', report }) }) };
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function send(message: FitMessage): void {
  process.send?.(message);
}

process.on('message', (task) => void run(task as FitTask).then(send));
// Whoever asked is gone: nobody waits for a result.
process.once('disconnect', () => process.exit());
