import { type Connection } from '../connection';
import { CommandError, print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

/** What is used of the API's answers. */
interface DeadLetter {
  readonly id: string;
  readonly reason: string;
  readonly subscription: string;
  readonly topic: string;
  readonly attempts: number;
  readonly subject: string;
  readonly session: string | null;
  readonly publishedAt: string;
  readonly redriven: boolean;
}

interface WholeDeadLetter extends DeadLetter {
  readonly attributes: Readonly<Record<string, string>>;
  /** In base64. */
  readonly data: string;
  readonly text: string | null;
  readonly orderingKey: string;
}

interface DeadLetters {
  readonly letters: readonly DeadLetter[];
  readonly next: string | null;
}

export async function listDeadLetters(
  terminal: Terminal,
  { monitor }: Connection,
  options: { json?: boolean },
): Promise<void> {
  const { letters } = await monitor.get<DeadLetters>('dead-letters');
  if (options.json) return print(terminal, JSON.stringify(letters, null, 2));
  if (letters.length === 0) return print(terminal, 'No dead letters.');
  print(
    terminal,
    table(
      ['id', 'at', 'subscription', 'subject', 'session', 'attempts', 'reason', 'sent again'],
      letters.map(({ id, publishedAt, subscription, subject, session, attempts, reason, redriven }) => [
        id,
        publishedAt.slice(0, 19),
        subscription,
        subject,
        session ?? '',
        String(attempts),
        reason,
        redriven ? 'yes' : '',
      ]),
    ),
  );
}

export async function showDeadLetter(terminal: Terminal, { monitor }: Connection, id: string): Promise<void> {
  const { data, text, attributes, ...letter } = await letterOf(monitor, id);
  for (const [name, value] of Object.entries(letter)) print(terminal, `${name.padEnd(13)} ${String(value ?? '')}`);
  print(terminal, 'attributes');
  for (const [name, value] of Object.entries(attributes)) print(terminal, `  ${name} = ${value}`);
  print(terminal, text === null ? `data, in base64\n  ${data}` : `data\n  ${text}`);
}

/** Sends dead letters back to their topics as they came; all that were not sent again yet, oldest first, when no id is given. */
export async function redrive(
  terminal: Terminal,
  { monitor, publisher }: Connection,
  ids: readonly string[],
  all: boolean,
): Promise<void> {
  if (ids.length === 0 && !all) throw new CommandError('name the ids of dead letters, or say --all');
  const chosen = all ? await openLetters(monitor) : ids;
  for (const id of chosen) {
    const { data, ...letter } = await letterOf(monitor, id);
    await publisher.redrive({ ...letter, data: Buffer.from(data, 'base64') });
    print(terminal, `sent again: ${id} to ${letter.topic} (${letter.subject})`);
  }
  if (chosen.length === 0) print(terminal, 'No dead letter waits.');
}

function letterOf(monitor: Connection['monitor'], id: string): Promise<WholeDeadLetter> {
  return monitor.get(`dead-letters/${encodeURIComponent(id)}`);
}

/** Ids of all that were not sent again yet, oldest first. */
async function openLetters(monitor: Connection['monitor']): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const from: string = next === '' ? '' : `&before=${encodeURIComponent(next)}`;
    const page: DeadLetters = await monitor.get(`dead-letters?limit=1000${from}`);
    ids.push(...page.letters.filter(({ redriven }) => !redriven).map(({ id }) => id));
    next = page.next;
  }
  return ids.reverse();
}
