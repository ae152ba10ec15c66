/** Provides TensorFlow for training, in the project's cache. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../libs/platform/src/config/config';
import { provide } from './provide';
import { Progress } from './progress';
import { WHEELS } from './wheel';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      // The cache's folder, if it is not the configuration's.
      to: { type: 'string' },
      // Ends with 1 where TensorFlow is not to be had.
      require: { type: 'boolean', default: false },
    },
  });
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`Stopped by ${name}.`)));
  const options = {
    cache: resolve(values.to ?? loadConfig(process.env).cache),
    lock: resolve('tools/tensorflow/lock'),
    environment: process.env,
    node: realpathSync(process.execPath),
    wheel: WHEELS[`${process.platform}-${process.arch}`],
    progress: new Progress(process.stderr),
    signal: stop.signal,
  };
  process.exitCode = await provide(options, values.require, (line) => console.log(line));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
