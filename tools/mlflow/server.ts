import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '../../apps/cli/src/supervisor/free-port';
import { answersOk, type ServerProcess, startServerProcess } from '../emulators/server-process';

/** A new database's tables take seconds; a machine shared with other work takes several times as long. */
const START_MS = 120_000;
/** How long requests that are under way are waited for at the end. */
const GRACE_MS = 5000;

/** A server of MLflow that answers, and starts other processes. */
export interface MlflowProcess extends ServerProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
}

/** The Python of the virtual environment that `make mlflow` makes, or undefined where it has not, or not to the end. */
export function mlflowPython(environment: string): string | undefined {
  return existsSync(join(environment, '.installed')) ? join(environment, 'bin/python3') : undefined;
}

/**
 * Starts MLflow's server on this machine alone, with SQLite and the artifacts in a folder, and waits until it is healthy.
 * port: 0 for any free one. log: gets what the server prints.
 */
export async function startMlflow(options: {
  readonly python: string;
  readonly folder: string;
  readonly port: number;
  readonly log?: (text: string) => void;
}): Promise<MlflowProcess> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const port = await freePort(options.port);
  const url = `http://127.0.0.1:${port}`;
  // It passes the signal on to the process that serves, which has its own limit for ending, and ends after it.
  const server = await startServerProcess(
    {
      program: options.python,
      arguments: argumentsOf(folder, port),
      environment: environmentOf(process.env),
      folder,
      limitMs: START_MS,
      ...(options.log === undefined ? {} : { log: options.log }),
    },
    () => answersOk(`${url}/health`),
  );
  return { ...server, url };
}

function argumentsOf(folder: string, port: number): string[] {
  return [
    ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
    ...['--artifacts-destination', join(folder, 'artifacts')],
    ...['--uvicorn-opts', `--timeout-graceful-shutdown ${GRACE_MS / 1000}`],
  ];
}

/** Settings of MLflow that somebody has for another server are left out. It reports to nobody and runs no jobs. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('MLFLOW_'));
  return {
    ...Object.fromEntries(others),
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  };
}
