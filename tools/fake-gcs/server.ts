import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 60_000;
const NAME = 'fake-gcs-server';

/** A fake-gcs-server that answers, with its objects in memory. */
export interface FakeGcsProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Makes a bucket. */
  makeBucket(name: string): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** The program: where `make .cache/go/bin/fake-gcs-server` puts it under `root`, or on the path; undefined where it is not. */
export function findFakeGcs(root: string, path = process.env['PATH'] ?? ''): string | undefined {
  const folders = [join(root, '.cache/go/bin'), ...path.split(delimiter)];
  return folders.map((folder) => join(folder, NAME)).find((file) => existsSync(file));
}

/** Starts the server on this machine alone, at any free port, and waits until it answers. */
export async function startFakeGcs(program: string): Promise<FakeGcsProcess> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const url = `http://${address}`;
  const server = spawn(
    program,
    [
      ...['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-backend', 'memory'],
      ...['-public-host', address, '-external-url', url, '-log-level', 'error'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let printed = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-4000)));
  let isOver = false;
  const ended = new Promise<void>((settle) => {
    server.once('exit', () => settle());
    server.once('error', (error) => {
      printed += error.message;
      settle();
    });
  }).then(() => void (isOver = true));
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
  };
  const deadline = Date.now() + START_MS;
  while (!isOver && Date.now() < deadline) {
    const health = await fetch(`${url}/_internal/healthcheck`, { signal: AbortSignal.timeout(5000) }).catch(
      () => undefined,
    );
    if (health?.ok) return { url, stop, makeBucket: (name) => makeBucket(url, name) };
    await sleep(20);
  }
  await stop();
  throw new Error(`${program} did not answer. It printed:\n${printed}`);
}

async function makeBucket(url: string, name: string): Promise<void> {
  const answer = await fetch(`${url}/storage/v1/b?project=closing-bell`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (!answer.ok) throw new Error(`The bucket ${name} could not be made: ${answer.status} ${await answer.text()}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening, failed) => {
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', listening);
  });
  const { port } = probe.address() as { port: number };
  await new Promise((closed) => probe.close(closed));
  return port;
}
