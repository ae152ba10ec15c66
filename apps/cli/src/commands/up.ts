import { calendarOf } from '@closing-bell/market';
import { connect } from '../connection';
import { LocalScheduler } from '../scheduler';
import { type ChildReporter } from '../supervisor/child';
import { readableLine, severityOf } from '../supervisor/log-line';
import { Supervisor } from '../supervisor/supervisor';
import { print, type Terminal } from '../terminal';

/**
 * Prints the services' lines, readable and with their names before them.
 *
 * @param quietly takes the lines of no more than information instead, where they should not be printed
 */
export function reporterTo(terminal: Terminal, quietly?: (child: string, line: string) => void): ChildReporter {
  const { output } = terminal;
  return {
    line: (child, line) => {
      const severity = severityOf(line);
      if (severity === 'TRACE' || severity === 'DEBUG') return;
      if (severity === 'INFO' && quietly) quietly(child, line);
      else print(terminal, readableLine(child, line, output.isTTY));
    },
    crashed: (child, how, pause) =>
      print(terminal, `${child} ended with ${how}; starting it again in ${pause / 1000} s`),
  };
}

/** Resolves with the signal that asks the supervisor to end. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

/** Runs everything until Ctrl-C, and says `market-closed` at the real closes. */
export async function up(terminal: Terminal): Promise<number> {
  const { config, environment, clock } = terminal;
  const asked = untilSignal();
  const supervisor = new Supervisor({ config, environment, reporter: reporterTo(terminal) });
  try {
    await supervisor.start();
    if (config.emulatorHost !== undefined) print(terminal, `Pub/Sub is the one at ${config.emulatorHost}.`);
    const connection = connect(terminal);
    const scheduler = new LocalScheduler({
      calendar: calendarOf(config.exchange),
      clock,
      publish: (close) => connection.publisher.publish(close),
      report: (line) => print(terminal, line),
    });
    if (config.marketData === 'sample:') {
      print(
        terminal,
        'Everything runs. The sample ends in April 2020, so no real close is followed: use `closing-bell replay`, or set CLOSING_BELL_MARKET_DATA.',
      );
    } else {
      scheduler.start();
      const { session, at } = scheduler.upcoming;
      print(terminal, `Everything runs. The next close, of ${session}, will be followed at ${at.toISOString()}.`);
    }
    print(terminal, `Dashboard: ${supervisor.dashboard}`);
    print(terminal, 'Ctrl-C drains and stops.');
    await asked;
    print(terminal, '\nDraining …');
    scheduler.stop();
    await connection.close();
    return 0;
  } finally {
    await supervisor.stop();
  }
}
