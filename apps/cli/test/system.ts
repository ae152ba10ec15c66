import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const MAIN = resolve(__dirname, '../../../dist/apps/cli/src/main.js');

const ELSEWHERE = /^(PUBSUB_EMULATOR_HOST|MLFLOW_.+|CLOSING_BELL_(OBJECTS|WAREHOUSE|.+_ENDPOINT))$/;

/** The environment of a process that a test starts: what the developer's own shell says of servers elsewhere is no part of it. */
export function ownEnvironment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ELSEWHERE.test(name));
  return { ...Object.fromEntries(inherited), ...own };
}

export interface Finished {
  readonly code: number;
  readonly output: string;
}

/**
 * The five real processes and, where the environment names no other, the durable local server, in a home of their own, driven
 * through the command line.
 */
export class System {
  private supervisor: ChildProcess | undefined;
  private log = '';

  constructor(
    readonly home: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    if (!existsSync(MAIN)) throw new Error('these tests run the built services: `make build` first');
  }

  async start(): Promise<void> {
    this.supervisor = spawn(process.execPath, [MAIN, 'up'], { env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
    const supervisor = this.supervisor;
    await new Promise<void>((ready, reject) => {
      const onData = (text: Buffer): void => {
        this.log += text.toString();
        if (this.log.includes('Everything runs')) ready();
      };
      supervisor.stdout?.on('data', onData);
      supervisor.stderr?.on('data', onData);
      supervisor.once('exit', (code) => reject(new Error(`up ended with ${code}:\n${this.log}`)));
    });
  }

  /** Runs a command of the command line to its end. */
  run(...args: string[]): Promise<Finished> {
    const child = spawn(process.execPath, [MAIN, ...args], { env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output += text.toString()));
    return new Promise((done) => child.once('close', (code) => done({ code: code ?? -1, output })));
  }

  /** Where things listen; see the run file. */
  addresses(): { pubsub: string; services: Record<string, string> } {
    return JSON.parse(readFileSync(join(this.home, 'run.json'), 'utf8')) as {
      pubsub: string;
      services: Record<string, string>;
    };
  }

  /** What the services logged so far. */
  get output(): string {
    return this.log;
  }

  /** Ends the supervisor as the system does when memory runs out: it can neither drain nor tell anybody. */
  async killSupervisor(): Promise<void> {
    const supervisor = this.supervisor;
    if (!supervisor) throw new Error('nothing runs');
    const gone = new Promise((done) => supervisor.once('exit', done));
    supervisor.kill('SIGKILL');
    await gone;
  }

  /** Ctrl-C: drains and stops. Resolves with the exit code. */
  async stop(): Promise<number | null> {
    const supervisor = this.supervisor;
    if (!supervisor || supervisor.exitCode !== null || supervisor.signalCode !== null)
      return supervisor?.exitCode ?? null;
    const gone = new Promise<number | null>((done) => supervisor.once('exit', done));
    supervisor.kill('SIGINT');
    return gone;
  }

  private env(): NodeJS.ProcessEnv {
    // Several systems run at once on one machine: none of them may count on a port.
    return ownEnvironment({ CLOSING_BELL_HOME: this.home, CLOSING_BELL_DASHBOARD_PORT: '0', ...this.environment });
  }
}
