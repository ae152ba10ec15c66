import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PubSub } from '@google-cloud/pubsub';
import { freePort } from '../../apps/cli/src/supervisor/free-port';

/** The servers that are compared, in the order of the table's columns. */
export type ServerKind = 'local in memory' | 'local durable' | "Google's emulator";

/** What a server used from its start. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

const START_LIMIT = 60_000;
/** Clock ticks a second in /proc/*\/stat; USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A server in a process of its own, with nothing in it. */
export class ServerProcess {
  private constructor(
    readonly address: string,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  static async start(kind: ServerKind, emulatorJar: string | undefined): Promise<ServerProcess> {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'bench-pubsub-'));
    const [command, args] = commandOf(kind, port, directory, emulatorJar);
    const child = spawn(command, args, { stdio: 'ignore' });
    const server = new ServerProcess(`127.0.0.1:${port}`, child, directory);
    await server.#ready();
    return server;
  }

  get client(): PubSub {
    return new PubSub({ apiEndpoint: this.address, emulatorMode: true, projectId: 'bench' });
  }

  usage(): Usage {
    const pid = this.child.pid;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields after the command's closing parenthesis: utime and stime are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      peakMegabytes: Number(peak?.[1]) / 1024,
    };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const client = this.client;
    const deadline = Date.now() + START_LIMIT;
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`The server on ${this.address} ended before it was ready.`);
      try {
        await client.getTopics({ gaxOpts: { timeout: 1000, maxRetries: 0 } });
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    await client.close();
  }
}

function commandOf(
  kind: ServerKind,
  port: number,
  directory: string,
  emulatorJar: string | undefined,
): [command: string, args: string[]] {
  const local = [join(__dirname, '../../libs/local-pubsub/src/main.js'), '--port', String(port)];
  switch (kind) {
    case 'local in memory':
      return [process.execPath, local];
    case 'local durable':
      return [process.execPath, [...local, '--data', directory]];
    case "Google's emulator":
      if (emulatorJar === undefined) throw new Error("Google's emulator was not found.");
      return ['java', ['-jar', emulatorJar, '--host=127.0.0.1', `--port=${port}`]];
  }
}
