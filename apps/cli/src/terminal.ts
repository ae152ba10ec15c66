import { type Config } from '@closing-bell/platform';

/** What every command needs from outside. */
export interface Terminal {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WriteStream;
  readonly clock: () => Date;
}

/** A failure of the user's command, told in one line without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export function print(terminal: Terminal, text: string): void {
  terminal.output.write(`${text}\n`);
}
