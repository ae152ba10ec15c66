import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A new database's tables take seconds; a machine shared with other work takes several times as long. */
const START_MS = 120_000;
/** How long requests that are under way are waited for at the end. */
const GRACE_MS = 5000;

/** A server of MLflow that answers. */
export interface MlflowProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Of the process that was started, which starts others. */
  readonly pid: number;
  /** Resolves when the process has ended, by whatever. */
  readonly ended: Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
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
  let printed = '';
  const server = spawn(options.python, argumentsOf(folder, port), {
    cwd: folder,
    env: environmentOf(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [server.stdout, server.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-4000);
      options.log?.(text);
    });
  }
  const ended = new Promise<void>((settle) => {
    server.once('exit', () => settle());
    server.once('error', (error) => {
      printed += error.message;
      settle();
    });
  });
  try {
    await untilHealthy(url, ended, () => printed);
  } catch (error) {
    await end(server, ended);
    throw error;
  }
  return { url, pid: server.pid ?? NaN, ended, stop: () => end(server, ended) };
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

async function untilHealthy(url: string, ended: Promise<void>, printed: () => string): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (isOver) throw new Error(`MLflow's server ended before it answered. It printed:\n${printed()}`);
    const health = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (health?.ok) return;
    await sleep(100);
  }
  throw new Error(`MLflow's server did not answer within ${START_MS / 1000} s. It printed:\n${printed()}`);
}

/** MLflow passes the signal on to the process that serves, which has its own limit for ending, and ends after it. */
async function end(server: ChildProcess, ended: Promise<void>): Promise<void> {
  server.kill('SIGTERM');
  await ended;
}

/** @throws Error where the port is taken */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening, failed) => {
    probe.once('error', failed);
    probe.listen(wanted, '127.0.0.1', listening);
  });
  const { port } = probe.address() as { port: number };
  await new Promise((closed) => probe.close(closed));
  return port;
}
