import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { type RunningServer, type ServerUnderTest } from './server';

const INSTALL = 'install the Google Cloud CLI’s pubsub-emulator component and Java, or set EMULATOR_JAR to its jar';

/** The emulator's jar, or why there is none. */
export function locateEmulator(): { jar: string } | { absent: string } {
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`the emulator exited with ${child.exitCode}`);
    const listening = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); }); // prettier-ignore
      socket.on('error', () => resolve(false));
    });
    if (listening) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the emulator did not listen within 30 s');
}

export function googleEmulator(jar: string): ServerUnderTest {
  return {
    name: 'Google’s emulator',
    missing: {
      'ordering redelivery': 'sends only the nacked message of the key again',
      'retry back-off': 'sends a nacked message again at once the first time',
      filters: 'stores filters, applies none and accepts any syntax',
      'flow control': 'ignores max_outstanding_messages',
      'exactly-once acknowledgement': 'accepts a stale acknowledgement until the message is delivered again',
      limits: 'checks sizes, names of attributes and ack deadlines in part',
      durability: 'keeps everything in memory',
    },
    async start(): Promise<RunningServer> {
      const port = await freePort();
      const launch = async (): Promise<ChildProcess> => {
        const child = spawn('java', ['-Xmx256m', '-jar', jar, '--host=127.0.0.1', `--port=${port}`], {
          stdio: 'ignore',
        });
        await untilListening(port, child);
        return child;
      };
      let child = await launch();
      const end = async (): Promise<void> => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      };
      return {
        address: `127.0.0.1:${port}`,
        restart: async () => {
          await end();
          child = await launch();
        },
        stop: end,
      };
    },
  };
}
