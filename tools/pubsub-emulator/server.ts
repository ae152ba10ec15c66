import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { answersGrpc, type ServerProcess, startServerProcess } from '../emulators/server-process';
import { freePort } from '../../apps/cli/src/supervisor/free-port';

const START_MS = 60_000;
const INSTALL = 'install the Google Cloud CLI’s pubsub-emulator component and Java, or set EMULATOR_JAR to its jar';

/** Google's Pub/Sub emulator, which keeps everything in memory: 100 MB when it is empty. */
export interface PubSubEmulatorProcess extends ServerProcess {
  /** `127.0.0.1:port`, as PUBSUB_EMULATOR_HOST wants it. */
  readonly address: string;
}

/** The emulator's jar, or why there is none. */
export function locatePubSubEmulator(): { readonly jar: string } | { readonly absent: string } {
  const given = process.env.EMULATOR_JAR;
  if (given) return existsSync(given) ? { jar: given } : { absent: `EMULATOR_JAR is ${given}, which does not exist` };
  let root: string;
  try {
    root = execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    execFileSync('java', ['-version'], { stdio: 'ignore' });
  } catch {
    return { absent: INSTALL };
  }
  const folder = join(root, 'platform/pubsub-emulator/lib');
  const name = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith('-all.jar')) : undefined;
  return name === undefined ? { absent: INSTALL } : { jar: join(folder, name) };
}

/** Starts the emulator on this machine alone and waits until it answers. port: 0, or none, for any free one. */
export async function startPubSubEmulator(
  jar: string,
  options: { readonly port?: number } = {},
): Promise<PubSubEmulatorProcess> {
  const port = await freePort(options.port);
  const address = `127.0.0.1:${port}`;
  const server = await startServerProcess(
    {
      program: 'java',
      // With Java's own limit it takes gigabytes.
      arguments: ['-Xmx256m', '-jar', jar, '--host=127.0.0.1', `--port=${port}`],
      limitMs: START_MS,
    },
    () => answersGrpc(address),
  );
  return { ...server, address };
}
