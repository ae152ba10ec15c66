import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What `closing-bell up` tells the other commands: where things listen. */
export interface RunFile {
  /** Process id of the supervisor. */
  readonly pid: number;
  /** host:port of the local Pub/Sub server. */
  readonly pubsub: string;
  /** Base address of each service, by name. */
  readonly services: Readonly<Record<string, string>>;
}

const pathIn = (home: string): string => join(home, 'run.json');

/** What is running in a home, or undefined when nothing is. A file that a killed supervisor left behind counts as nothing. */
export function readRunFile(home: string): RunFile | undefined {
  try {
    const run = JSON.parse(readFileSync(pathIn(home), 'utf8')) as RunFile;
    process.kill(run.pid, 0);
    return run;
  } catch {
    return undefined;
  }
}

export function writeRunFile(home: string, run: RunFile): void {
  mkdirSync(dirname(pathIn(home)), { recursive: true });
  writeFileSync(pathIn(home), `${JSON.stringify(run, null, 2)}\n`);
}

export function removeRunFile(home: string): void {
  rmSync(pathIn(home), { force: true });
}
