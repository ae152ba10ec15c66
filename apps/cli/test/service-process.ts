import { type ServiceName } from '@closing-bell/contracts';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ownEnvironment } from './system';

const DIST = resolve(__dirname, '../../../dist');

/** A message whose handler has ended, from the service's log. */
export interface Handled {
  readonly subscription: string;
  readonly messageId: string;
  readonly attempt: number;
  /** What was handled and what was said. */
  readonly message: string;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** From the signal on. */
  readonly milliseconds: number;
}

interface LogEntry extends Partial<Handled> {
  readonly severity: string;
  readonly message: string;
}

/** One built service as a process of its own, without a supervisor: as a pod runs it. */
export class ServiceProcess {
  readonly lines: string[] = [];
  private readonly process: ChildProcess;
  private readonly gone: Promise<[number | null, string | null]>;

  constructor(name: ServiceName, environment: Readonly<Record<string, string>>) {
    const main = resolve(DIST, `apps/${name}/src/main.js`);
    if (!existsSync(main)) throw new Error('these tests run the built services: `make build` first');
    this.process = spawn(process.execPath, [main], {
      env: ownEnvironment(environment),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.process.stdout)
      createInterface({ input: this.process.stdout }).on('line', (line) => this.lines.push(line));
    this.gone = new Promise((done) => this.process.once('close', (code, signal) => done([code, signal])));
  }

  /** Whether it has said something so far. */
  said(text: string): boolean {
    return this.lines.some((line) => line.includes(text));
  }

  /** Every message whose handling succeeded, in order. */
  get handled(): Handled[] {
    return this.entries().filter(
      (entry): entry is LogEntry & Handled => entry.severity === 'INFO' && entry.messageId !== undefined,
    );
  }

  /** Attempts that failed and are to come again. */
  get failures(): string[] {
    return this.entries()
      .filter(({ severity, messageId }) => severity === 'WARN' && messageId !== undefined)
      .map(({ message }) => message);
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Sends a signal and resolves when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    const startedAt = performance.now();
    this.process.kill(signal);
    const [code, endedBy] = await this.gone;
    return { code, signal: endedBy, milliseconds: performance.now() - startedAt };
  }

  private entries(): LogEntry[] {
    return this.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogEntry);
  }
}

/** Resolves once the condition holds; rejects with what was waited for, and what the service said last, when it does not within the limit. */
export async function until(
  what: string,
  service: ServiceProcess,
  condition: () => boolean,
  limitMilliseconds = 240_000,
): Promise<void> {
  const deadline = Date.now() + limitMilliseconds;
  while (!condition()) {
    const last = (): string => service.lines.slice(-10).join('\n');
    if (service.hasEnded) throw new Error(`the service ended before ${what}:\n${last()}`);
    if (Date.now() > deadline) throw new Error(`waited ${limitMilliseconds / 1000} s until ${what}:\n${last()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
