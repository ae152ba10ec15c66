/** Runs an MLflow server for this machine until Ctrl-C, with its database and artifacts in the home. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../libs/platform/src/config/config';
import { mlflowPython, startMlflow } from './server';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '5000' } } });
  const python = mlflowPython(resolve('.cache/mlflow'));
  if (python === undefined) throw new Error('MLflow is not installed. `make mlflow` installs it and then starts it.');
  const folder = join(resolve(loadConfig(process.env).home), 'mlflow');
  const stop = new Promise<void>((settle) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => settle());
  });
  console.log('Starting MLflow ...');
  const server = await startMlflow({ python, folder, port: Number(values.port) }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${values.port} is taken. Choose another one: make mlflow PORT=5001`, { cause: error });
  });
  console.log(`MLflow: ${server.url}   data: ${folder}   Ctrl-C ends it.`);
  const by = await Promise.race([stop.then(() => 'us'), server.ended.then(() => 'itself')]);
  await server.stop();
  if (by === 'itself') throw new Error("MLflow's server has ended by itself.");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
