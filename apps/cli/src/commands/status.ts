import { type Connection } from '../connection';
import { print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

interface SessionStatus {
  readonly session: string;
  readonly symbols: number;
  readonly forecasts: number;
  readonly abstained: number;
  readonly failed: number;
  readonly running: number;
  readonly drift: number;
  readonly promoted: number;
}

interface DeadLetter {
  readonly id: string;
  readonly subscription: string;
  readonly subject: string;
  readonly session: string | null;
  readonly detail: string;
  readonly redriven: boolean;
}

interface SymbolStatus {
  readonly symbol: string;
  readonly sessions: number;
  readonly lastSession: string;
}

const SHOWN_LETTERS = 5;

/** Prints where the latest sessions stand, the symbols, and the last errors. */
export async function showStatus(
  terminal: Terminal,
  connection: Connection,
  options: { json?: boolean },
): Promise<void> {
  const [{ sessions }, symbols, { letters }] = await Promise.all([
    connection.monitor.get<{ sessions: readonly SessionStatus[] }>('sessions?limit=10'),
    connection.monitor.get<SymbolStatus[]>('symbols'),
    connection.monitor.get<{ letters: readonly DeadLetter[] }>('dead-letters'),
  ]);
  const open = letters.filter(({ redriven }) => !redriven);
  if (options.json) return print(terminal, JSON.stringify({ sessions, symbols, deadLetters: open }, null, 2));
  if (sessions.length === 0) {
    print(terminal, 'No session yet. Replay some: closing-bell replay --from 2020-01-23 --to 2020-04-17');
  } else {
    print(
      terminal,
      table(
        ['session', 'symbols', 'forecasts', 'abstained', 'running', 'failed', 'drift', 'promoted'],
        sessions.map(({ session, symbols: count, forecasts, abstained, running, failed, drift, promoted }) =>
          [session, count, forecasts, abstained, running, failed, drift, promoted].map(String),
        ),
        [1, 2, 3, 4, 5, 6, 7],
      ),
    );
    const named = symbols.slice(0, 10).map(({ symbol, lastSession }) => `${symbol} (to ${lastSession})`);
    print(terminal, `\n${symbols.length} symbols: ${named.join(', ')}${symbols.length > 10 ? ', …' : ''}`);
  }
  if (open.length > 0) {
    print(terminal, `\n${open.length} dead letters; the latest:`);
    for (const { id, subscription, subject, session, detail } of open.slice(0, SHOWN_LETTERS)) {
      print(terminal, `  ${id}  ${subscription}  ${subject} ${session ?? ''}\n      ${detail}`);
    }
    print(terminal, 'After mending the cause: closing-bell dead-letters redrive ID, or --all');
  }
}
