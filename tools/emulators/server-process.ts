import { Client, credentials } from '@grpc/grpc-js';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a server may take to end by itself. */
const GRACE_MS = 20_000;

/** A server in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, by whatever. */
  readonly ended: Promise<void>;
  /** Ends it, by SIGTERM where nothing else is said, and by SIGKILL where that does not. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** How a server is started, and how long that may take. */
export interface ServerCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** A machine shared with other work takes several times as long as an idle one. */
  readonly limitMs: number;
  /** Gets what the server prints. */
  readonly log?: (text: string) => void;
}

/**
 * Starts a server and waits until it answers.
 * answers: asks it once; a rejection counts as no.
 * @throws Error with what the server printed, where it ends or the time is up before it answers
 */
export async function startServerProcess(
  command: ServerCommand,
  answers: () => Promise<boolean>,
): Promise<ServerProcess> {
  let printed = '';
  const child = spawn(command.program, command.arguments, {
    cwd: command.folder,
    env: command.environment ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-4000);
      command.log?.(text);
    });
  }
  let isOver = false;
  const ended = new Promise<void>((settle) => {
    child.once('exit', () => settle());
    child.once('error', (error) => {
      printed += error.message;
      settle();
    });
  }).then(() => void (isOver = true));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(force);
  };
  const deadline = Date.now() + command.limitMs;
  while (!isOver && Date.now() < deadline) {
    if (await answers().catch(() => false)) return { pid: child.pid ?? NaN, ended, stop };
    await sleep(20);
  }
  const what = isOver ? 'ended before it answered' : `did not answer within ${command.limitMs / 1000} s`;
  await stop();
  throw new Error(`${command.program} ${what}. It printed:\n${printed}`);
}

/** Asks a page of a server's once: true where the answer is a success. */
export async function answersOk(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(5000) })).ok;
}

/** Whether a gRPC server without TLS takes connections at `host:port`. */
export async function answersGrpc(address: string): Promise<boolean> {
  const client = new Client(address, credentials.createInsecure());
  return new Promise<boolean>((settle) =>
    client.waitForReady(Date.now() + 5000, (error) => settle(error === undefined)),
  ).finally(() => client.close());
}
