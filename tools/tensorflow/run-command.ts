import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

export interface CommandOptions {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Where all that commands print is added. */
  readonly log: string;
  /** Milliseconds after which the command is ended. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs a command quietly. → what it printed on its standard output.
 *
 * @throws where it cannot be run or fails, with its own words why; the signal's reason on an abort.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { folder, environment, log, limit, signal }: CommandOptions,
): Promise<string> {
  signal?.throwIfAborted();
  appendFileSync(log, `$ ${command} ${args.join(' ')}\n`);
  let printed = '';
  let output = '';
  // A group of its own, so that what it starts ends with it.
  const child = spawn(command, args, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const record = (text: string): void => {
    printed += text;
    appendFileSync(log, text);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    record(text);
  });
  child.stderr.setEncoding('utf8').on('data', record);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, limit);
  signal?.addEventListener('abort', end);
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, killedBy) => resolve(status ?? killedBy ?? ''));
    });
    signal?.throwIfAborted();
    if (late) throw new Error(`${command} took longer than ${limit / 1000} s`);
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${telling(printed)}`);
    return output;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw missing ? new Error(`there is no ${command}`) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/** The first line that tells of an error, else the last one, within a line's length. */
function telling(printed: string): string {
  const lines = printed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (lines.find((line) => /error\b[^:]*: /i.test(line)) ?? lines.at(-1) ?? 'it printed nothing').slice(0, 160);
}
