import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { severityOf } from './log-line';

export interface ChildSpecification {
  readonly name: string;
  /** Script and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Answers 200 when the process is ready; undefined: ready with its first line. */
  readonly readyUrl?: string;
}

export interface ChildReporter {
  line(child: string, line: string): void;
  /** The process ended by itself and is started again after a pause. */
  crashed(child: string, how: string, restartInMilliseconds: number): void;
}

const READY_LIMIT_MILLISECONDS = 60_000;
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
// A process that lived this long starts again without delay.
const STABLE_MILLISECONDS = 30_000;

/** A process that is kept running: started again when it ends by itself, more slowly each time in a row. */
export class Child {
  private process: ChildProcess | undefined;
  private stopping = false;
  private pause = FIRST_PAUSE_MILLISECONDS;
  private restart: NodeJS.Timeout | undefined;
  private startedAt = 0;
  private lastProblem = '';

  constructor(
    private readonly specification: ChildSpecification,
    private readonly reporter: ChildReporter,
  ) {}

  get name(): string {
    return this.specification.name;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Starts the process and resolves when it is ready. @throws Error with its last complaint when it is not ready in time */
  async start(): Promise<void> {
    const ready = this.launch();
    const { readyUrl, name } = this.specification;
    if (readyUrl === undefined) return ready;
    const limit = Date.now() + READY_LIMIT_MILLISECONDS;
    while (!(await answers(readyUrl))) {
      if (Date.now() > limit || (this.process === undefined && this.lastProblem !== '')) {
        throw new Error(
          `${name} did not become ready: ${this.lastProblem || 'it said nothing; try CLOSING_BELL_LOG_LEVEL=debug'}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Asks the process to drain and resolves when it has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    const child = this.process;
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }

  private launch(): Promise<void> {
    const { command, environment, name } = this.specification;
    // Its own process group: Ctrl-C reaches the supervisor alone, which then drains in order. The channel ends the process
    // should the supervisor be killed.
    const child = spawn(process.execPath, command, {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.process = child;
    this.startedAt = Date.now();
    return new Promise((resolve, reject) => {
      const onLine = (line: string): void => {
        if (['ERROR', 'FATAL'].includes(severityOf(line))) this.lastProblem = problemOf(line);
        this.reporter.line(name, line);
        resolve();
      };
      for (const stream of [child.stdout, child.stderr])
        if (stream) createInterface({ input: stream }).on('line', onLine);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.process = undefined;
        reject(new Error(`${name} ended with ${signal ?? `code ${code}`}: ${this.lastProblem}`));
        if (!this.stopping) this.launchAgain(signal ?? `code ${code}`);
      });
    });
  }

  private launchAgain(how: string): void {
    if (Date.now() - this.startedAt > STABLE_MILLISECONDS) this.pause = FIRST_PAUSE_MILLISECONDS;
    this.reporter.crashed(this.name, how, this.pause);
    this.restart = setTimeout(() => {
      this.launch().catch(() => undefined);
    }, this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MILLISECONDS);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function problemOf(line: string): string {
  try {
    return (JSON.parse(line) as { message?: string }).message ?? line;
  } catch {
    return line;
  }
}
