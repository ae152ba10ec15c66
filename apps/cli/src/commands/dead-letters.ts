import { REDRIVE_ATTRIBUTE } from '@closing-bell/contracts';
import { type Connection } from '../connection';
import { CommandError, print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

interface DeadLetter {
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
  readonly subscription: string;
  readonly topic: string;
  readonly attempts: number;
  readonly type: string;
  readonly subject: string;
  readonly session: string | null;
  readonly attributes: string;
  readonly data: string;
  readonly ordering_key: string;
  readonly published_at: string;
  readonly redriven: boolean;
}

export async function listDeadLetters(
  terminal: Terminal,
  { monitor }: Connection,
  options: { json?: boolean },
): Promise<void> {
  const letters = await monitor.get<DeadLetter[]>('dead-letters');
  if (options.json) return print(terminal, JSON.stringify(letters, null, 2));
  if (letters.length === 0) return print(terminal, 'No dead letters.');
  print(
    terminal,
    table(
      ['id', 'at', 'subscription', 'subject', 'session', 'attempts', 'reason', 'sent again'],
      letters.map(({ id, published_at, subscription, subject, session, attempts, reason, redriven }) => [
        id,
        published_at.slice(0, 19),
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
  const { data, attributes, ...letter } = await monitor.get<DeadLetter>(`dead-letters/${encodeURIComponent(id)}`);
  for (const [name, value] of Object.entries(letter)) print(terminal, `${name.padEnd(13)} ${String(value ?? '')}`);
  print(terminal, 'attributes');
  for (const [name, value] of Object.entries(JSON.parse(attributes) as Record<string, string>))
    print(terminal, `  ${name} = ${value}`);
  print(terminal, `data\n  ${Buffer.from(data, 'base64').toString('utf8')}`);
}

/** Sends dead letters back to their topics as they came; all that were not sent again yet when no id is given. */
export async function redrive(
  terminal: Terminal,
  { monitor, publisher }: Connection,
  ids: readonly string[],
  all: boolean,
): Promise<void> {
  if (ids.length === 0 && !all) throw new CommandError('name the ids of dead letters, or say --all');
  const letters = all
    ? (await monitor.get<DeadLetter[]>('dead-letters?limit=1000')).filter(({ redriven }) => !redriven).reverse()
    : await Promise.all(ids.map((id) => monitor.get<DeadLetter>(`dead-letters/${encodeURIComponent(id)}`)));
  for (const { id, topic, data, attributes, ordering_key, subject } of letters) {
    await publisher.publishRaw(topic, {
      data: Buffer.from(data, 'base64'),
      attributes: { ...(JSON.parse(attributes) as Record<string, string>), [REDRIVE_ATTRIBUTE]: id },
      orderingKey: ordering_key,
    });
    print(terminal, `sent again: ${id} to ${topic} (${subject})`);
  }
  if (letters.length === 0) print(terminal, 'No dead letter waits.');
}
