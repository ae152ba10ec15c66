import { calendarOf } from '@closing-bell/market';
import { type Connection } from '../connection';
import { progressBar } from '../progress-bar';
import { replay, type ReplayFailure } from '../replay';
import { CommandError, print, type Terminal } from '../terminal';

export interface ReplayOptions {
  readonly from: string;
  readonly to: string;
  readonly symbols?: readonly string[];
  readonly forceRetrain?: boolean;
  /** Trials of a search for better options before a forced retraining. */
  readonly search?: number;
  readonly limitMinutes: number;
  readonly json?: boolean;
  /** Is handed a function that shows a line beside the bar, for whoever knows what is going on. */
  readonly onStart?: (note: (text: string) => void) => void;
}

/** Replays the sessions of a span with a progress bar. Returns the exit code: 1 when any cascade failed. */
export async function replayCommand(
  terminal: Terminal,
  connection: Connection,
  options: ReplayOptions,
): Promise<number> {
  const { config, output } = terminal;
  const calendar = calendarOf(config.exchange);
  if (options.from > options.to) throw new CommandError(`--from ${options.from} is after --to ${options.to}`);
  const sessions = calendar.sessionsBetween(options.from, options.to);
  if (sessions.length === 0) {
    print(terminal, `no session of ${config.exchange} from ${options.from} to ${options.to}; nothing to replay`);
    return 0;
  }
  if (options.search !== undefined && !options.forceRetrain) {
    throw new CommandError('--search is part of a forced retraining: add --force-retrain');
  }
  const symbols = options.symbols ?? config.symbols;
  const bar = options.json ? undefined : progressBar(output, sessions.length, 'closes');
  if (bar) options.onStart?.(bar.note);
  const started = Date.now();
  let failures: ReplayFailure[];
  try {
    failures = await replay(connection, {
      exchange: config.exchange,
      sessions,
      symbols,
      forceRetrain: options.forceRetrain ?? false,
      searchTrials: options.search,
      limitMilliseconds: options.limitMinutes * 60_000,
      onClose: (session) => bar?.step(session),
    });
  } finally {
    bar?.stop();
  }
  const seconds = (Date.now() - started) / 1000;
  if (options.json) {
    print(terminal, JSON.stringify({ sessions: sessions.length, symbols, seconds, failures }, null, 2));
  } else {
    print(terminal, `${sessions.length} closes of ${symbols.length} symbols in ${seconds.toFixed(1)} s`);
    for (const { session, symbol, detail } of failures) print(terminal, `  failed: ${symbol} ${session}: ${detail}`);
    if (failures.length > 0)
      print(terminal, 'After mending the cause, replay these closes or redrive the dead letters.');
  }
  return failures.length > 0 ? 1 : 0;
}
