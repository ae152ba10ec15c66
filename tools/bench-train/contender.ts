import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { type Answer, type Request } from './work';

/** Something that trains: a command that answers requests. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
}

/** A running contender. */
export class ContenderProcess {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private errors = '';

  constructor(private readonly contender: Contender) {
    this.child = spawn(contender.command, contender.arguments, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr?.on('data', (text: Buffer) => (this.errors = (this.errors + text.toString()).slice(-2000)));
    const lines: Interface = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines = lines[Symbol.asyncIterator]();
  }

  async measure(request: Request): Promise<Answer> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const line = (await this.lines.next()) as IteratorResult<string, undefined>;
    if (line.done) throw new Error(`${this.contender.name} ended without an answer. It printed: ${this.errors}`);
    return JSON.parse(line.value) as Answer;
  }

  async end(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.stdin?.end();
    await closed;
  }
}
