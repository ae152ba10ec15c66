import { join, resolve } from 'node:path';
import { connect } from '../connection';
import { Supervisor } from '../supervisor/supervisor';
import { print, type Terminal } from '../terminal';
import { showForecast } from './forecast';
import { replayCommand } from './replay';
import { reporterTo, untilSignal } from './up';

// Sixty sessions through the crash, to the end of the sample.
const FROM = '2020-01-23';
const TO = '2020-04-17';
const SYMBOL = '^GSPC';

/** The whole system on the built-in sample: start, replay sixty real closes, show what was forecast and how it fared. */
export async function demo(terminal: Terminal): Promise<number> {
  const config = { ...terminal.config, marketData: 'sample:', exchange: 'XNYS', symbols: [SYMBOL] };
  const environment = { ...terminal.environment, CLOSING_BELL_MARKET_DATA: 'sample:', CLOSING_BELL_SYMBOLS: SYMBOL };
  const demoTerminal: Terminal = { ...terminal, config, environment };
  const asked = untilSignal();
  let note: (text: string) => void = () => undefined;
  const reporter = reporterTo(demoTerminal, (child, line) => {
    const training = child === 'trainer' ? /"message":"(training [^"]*)"/.exec(line)?.[1] : undefined;
    if (training !== undefined) note(training);
  });
  const supervisor = new Supervisor({ config, environment, reporter });
  try {
    const pubsub = config.emulatorHost === undefined ? 'the local Pub/Sub and ' : '';
    const at = config.emulatorHost === undefined ? '' : `, with the Pub/Sub at ${config.emulatorHost}`;
    print(terminal, `Starting ${pubsub}the five services${at} …`);
    await supervisor.start();
    // It can be watched from the first close on; where nobody sits before it, it will be gone when this is read.
    if (terminal.output.isTTY) print(terminal, `Dashboard: ${supervisor.dashboard}`);
    const connection = connect(demoTerminal);
    try {
      print(
        terminal,
        `Replaying the closes of the S&P 500 from ${FROM} to ${TO}, through the crash; a first run trains models in between …`,
      );
      const replayed = replayCommand(demoTerminal, connection, {
        from: FROM,
        to: TO,
        limitMinutes: 30,
        onStart: (show) => (note = show),
      });
      const code = await Promise.race([replayed, asked.then(() => 130)]);
      if (code === 130) return code;
      await showForecast(demoTerminal, connection, SYMBOL, {});
      print(terminal, 'Everything lies here:');
      print(terminal, `  bars, features, models, forecasts: ${config.objects}`);
      print(terminal, `  tables: ${config.warehouse}`);
      print(terminal, `  messages: ${config.emulatorHost ?? join(resolve(config.home), 'pubsub')}`);
      if (config.mlflow !== undefined) {
        print(terminal, `Trainings and models: ${config.mlflow}, experiment ${config.mlflowExperiment}.`);
      }
      if (!terminal.output.isTTY || code !== 0) return code;
      print(terminal, `Dashboard: ${supervisor.dashboard}`);
      print(
        terminal,
        'Still running; in another terminal try: npx closing-bell status, npx closing-bell forecast ^GSPC --session 2020-03-16',
      );
      print(terminal, 'Ctrl-C drains and stops.');
      await asked;
      return 0;
    } finally {
      await connection.close();
    }
  } finally {
    await supervisor.stop();
  }
}
