import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from '../../apps/cli/src/supervisor/free-port';
import { answersOk, type ServerProcess, startServerProcess } from '../emulators/server-process';

const START_MS = 60_000;
const NAME = 'fake-gcs-server';

/** A fake-gcs-server that answers, with its objects in memory. */
export interface FakeGcsProcess extends ServerProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Makes a bucket. */
  makeBucket(name: string): Promise<void>;
}

/** The program: where `make .cache/go/bin/fake-gcs-server` puts it under `root`, or on the path; undefined where it is not. */
export function findFakeGcs(root: string, path = process.env['PATH'] ?? ''): string | undefined {
  const folders = [join(root, '.cache/go/bin'), ...path.split(delimiter)];
  return folders.map((folder) => join(folder, NAME)).find((file) => existsSync(file));
}

/** Starts the server on this machine alone and waits until it answers. port: 0, or none, for any free one. */
export async function startFakeGcs(program: string, options: { readonly port?: number } = {}): Promise<FakeGcsProcess> {
  const port = await freePort(options.port);
  const address = `127.0.0.1:${port}`;
  const url = `http://${address}`;
  const server = await startServerProcess(
    {
      program,
      arguments: [
        ...['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-backend', 'memory'],
        ...['-public-host', address, '-external-url', url, '-log-level', 'error'],
      ],
      limitMs: START_MS,
    },
    () => answersOk(`${url}/_internal/healthcheck`),
  );
  return { ...server, url, makeBucket: (name) => makeBucket(url, name) };
}

async function makeBucket(url: string, name: string): Promise<void> {
  const answer = await fetch(`${url}/storage/v1/b?project=closing-bell`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (!answer.ok) throw new Error(`The bucket ${name} could not be made: ${answer.status} ${await answer.text()}`);
}
