import { isDay, MOST_SEARCH_TRIALS, SYMBOL_PATTERN } from '@closing-bell/contracts';
import { EXPORT_FORMATS } from '@closing-bell/warehouse';
import { Command, InvalidArgumentError, Option } from 'commander';
import { backtest, BACKTESTED, type BacktestedName, REFIT_SCHEDULES } from './commands/backtest';
import { connect, type Connection } from './connection';
import { showCost } from './commands/cost';
import { listDeadLetters, redrive, showDeadLetter } from './commands/dead-letters';
import { demo } from './commands/demo';
import { doctor } from './commands/doctor';
import { exportRelation, listRelations } from './commands/export';
import { showForecast } from './commands/forecast';
import { showLookerLinks } from './commands/looker';
import { compareModels, exportModel, listModels, promoteModel, rollBackModel, showModel } from './commands/models';
import { migrateRegistry } from './commands/registry';
import { replayCommand } from './commands/replay';
import { setup } from './commands/setup';
import { showStatus } from './commands/status';
import { up } from './commands/up';
import { type Terminal } from './terminal';

/** Runs the command line. Returns the exit code. */
export async function program(terminal: Terminal, argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const connected = async (run: (connection: Connection) => Promise<number | void>): Promise<void> => {
    const connection = connect(terminal);
    try {
      exitCode = (await run(connection)) ?? 0;
    } finally {
      await connection.close();
    }
  };
  const command = new Command('closing-bell').description('Forecasts of daily prices, set off by each market close.');

  command
    .command('up')
    .description('start the five services, and the local Pub/Sub unless PUBSUB_EMULATOR_HOST names one; Ctrl-C drains')
    .action(async () => {
      exitCode = await up(terminal);
    });

  command
    .command('demo')
    .description('replay sixty real closes of the built-in sample and show the forecasts')
    .action(async () => {
      exitCode = await demo(terminal);
    });

  command
    .command('replay')
    .description('publish past closes and wait for their cascades')
    .requiredOption('--from <day>', 'first day, YYYY-MM-DD', day)
    .requiredOption('--to <day>', 'last day, YYYY-MM-DD', day)
    .option('--symbols <list>', 'comma-separated; all configured ones by default', symbolList)
    .option('--force-retrain', 'retrain at every close, whatever the policy says')
    .option('--search <trials>', 'with --force-retrain: look for better options among so many first', searchTrials)
    .option('--limit-minutes <minutes>', 'longest time for one close', positive, 60)
    .option('--json', 'print the result as JSON')
    .action((options: Parameters<typeof replayCommand>[2]) =>
      connected((connection) => replayCommand(terminal, connection, options)),
    );

  command
    .command('status')
    .description('where the latest sessions stand, and the last errors')
    .option('--json', 'print as JSON')
    .action((options: { json?: boolean }) => connected((connection) => showStatus(terminal, connection, options)));

  command
    .command('forecast')
    .description('a symbol’s forecast, as a table and a plot')
    .argument('<symbol>', 'ticker symbol', symbol)
    .option('--session <day>', 'forecast origin; the latest by default', day)
    .option('--json', 'print as JSON')
    .action((name: string, options: { session?: string; json?: boolean }) =>
      connected((connection) => showForecast(terminal, connection, name, options)),
    );

  command
    .command('backtest')
    .description('forecast a span of the past as it would have been forecast then, and score it beside the baselines')
    .requiredOption('--from <day>', 'first origin, YYYY-MM-DD', day)
    .requiredOption('--to <day>', 'last origin; ten more sessions must be known', day)
    .option('--symbols <list>', 'comma-separated; all configured ones by default', symbolList)
    .option('--learn-from <list>', 'symbols to learn from; those that are forecast by default', symbolList)
    .option(
      '--forecasters <list>',
      `comma-separated, of ${BACKTESTED.join(', ')}`,
      forecasterList,
      BACKTESTED.filter((name) => name !== 'literal-lstm' && name !== 'served'),
    )
    .addOption(new Option('--refit <schedule>', 'when all is fitted again').choices(REFIT_SCHEDULES).default('yearly'))
    .option('--seeds <number>', 'how often each network takes part', wholeNumber, 1)
    .option('--window <day:origins>', 'score these origins apart too, such as 2020-02-19:32', originsWindow)
    .option('--html <file>', 'write the report with its plots')
    .option('--json <file>', 'write all numbers')
    .option('--forecasts <file>', 'write every forecast, a line of JSON each')
    .action((options: Parameters<typeof backtest>[1]) => backtest(terminal, options));

  const deadLetters = command.command('dead-letters').description('messages that could not be handled');
  deadLetters
    .command('list')
    .option('--json', 'print as JSON')
    .action((options: { json?: boolean }) => connected((connection) => listDeadLetters(terminal, connection, options)));
  deadLetters
    .command('show')
    .argument('<id>')
    .action((id: string) => connected((connection) => showDeadLetter(terminal, connection, id)));
  deadLetters
    .command('redrive')
    .description('send them back to their topics')
    .argument('[ids...]')
    .option('--all', 'all that were not sent again yet')
    .action((ids: string[], options: { all?: boolean }) =>
      connected((connection) => redrive(terminal, connection, ids, options.all ?? false)),
    );

  const models = command.command('models').description('trained models');
  models
    .command('list')
    .description('every version of a symbol, with its scores')
    .argument('<symbol>', 'ticker symbol', symbol)
    .option('--json', 'print as JSON')
    .action((name: string, options: { json?: boolean }) => listModels(terminal, name, options));
  models
    .command('show')
    .description('the card of a model: its data, scores and limits')
    .argument('<symbol>', 'ticker symbol', symbol)
    .option('--version <number>', 'the one that serves by default', positive)
    .action((name: string, options: { version?: number }) => showModel(terminal, name, options));
  models
    .command('promote')
    .description('let a version serve from the next close on')
    .argument('<symbol>', 'ticker symbol', symbol)
    .argument('<version>', 'its number', positive)
    .action((name: string, version: number) => promoteModel(terminal, name, version));
  models
    .command('rollback')
    .description('let the version serve again, from the next close on, that served before the present one')
    .argument('<symbol>', 'ticker symbol', symbol)
    .action((name: string) => rollBackModel(terminal, name));
  models
    .command('compare')
    .description('two versions side by side')
    .argument('<symbol>', 'ticker symbol', symbol)
    .argument('<first>', 'a version', positive)
    .argument('<second>', 'another version', positive)
    .action((name: string, first: number, second: number) => compareModels(terminal, name, first, second));
  models
    .command('export')
    .description('write a model as TensorFlow.js layers, .keras and ONNX files')
    .argument('<symbol>', 'ticker symbol', symbol)
    .requiredOption('--to <folder>', 'folder to write to')
    .option('--version <number>', 'the one that serves by default', positive)
    .action((name: string, options: { version?: number; to: string }) => exportModel(terminal, name, options));

  command
    .command('registry')
    .description('the registry of models and trainings')
    .command('migrate')
    .description('carry all of it into MLflow, at MLFLOW_TRACKING_URI; safe to repeat')
    .option('--symbols <list>', 'comma-separated; all by default', symbolList)
    .action((options: { symbols?: string[] }) => migrateRegistry(terminal, options));

  command
    .command('setup')
    .description('create what the services need on Google Cloud or an emulator, and mend what differs; safe to repeat')
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--detailed-exitcode', 'with --dry-run: end with 2 where something would be created or changed')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Ends with 0 where all is as it should be, with 1 where something cannot be: it failed, or is refused because what is there would be
lost. A dry run that finds only what can be made ends with 0, or with 2 if --detailed-exitcode asks for that.`,
    )
    .action(async (options: Parameters<typeof setup>[1]) => {
      exitCode = await setup(terminal, options);
    });

  command
    .command('export')
    .description('write a table or view of the warehouse as CSV, JSON lines or Parquet')
    .argument('[name]', 'its name; without it all names are listed')
    .addOption(
      new Option('--format <format>', 'by the file’s extension by default; csv where it is printed').choices([
        ...EXPORT_FORMATS,
      ]),
    )
    .option('--to <file>', 'file to write; printed by default')
    .option('--with-processing', 'also the columns that say when a row was written')
    .addHelpText(
      'after',
      `
CSV is UTF-8 with a header; lines end with LF. Null is nothing between two commas, empty text is "", a list is JSON. Text is given as it is,
also where a spreadsheet would take it for a formula, as text from outside may be in dead_letters: import such columns as text.
JSON is an object a line. Parquet has types and descriptions.`,
    )
    .action(async (name: string | undefined, options: Parameters<typeof exportRelation>[2]) => {
      if (name === undefined) listRelations(terminal);
      else await exportRelation(terminal, name, options);
    });

  command
    .command('cost')
    .description('what a close takes of BigQuery, by estimate')
    .option('--symbols <number>', 'symbols of a close; as many as are configured by default', positive)
    .option('--years <years>', 'years of closes that are kept', positive, 5)
    .option('--close-minutes <minutes>', 'from a close to its last forecast', positive, 5)
    .option('--json', 'print as JSON')
    .action((options: Parameters<typeof showCost>[1]) => showCost(terminal, options));

  command
    .command('looker')
    .description('links that open reports of Looker Studio on the dataset’s views')
    .option(
      '--template <report>',
      'id of a report of yours to copy; its data sources have the views’ names as aliases',
      reportId,
    )
    .action((options: Parameters<typeof showLookerLinks>[1]) => showLookerLinks(terminal, options));

  command
    .command('doctor')
    .description('what the services would run on here, and how to make training faster')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      exitCode = await doctor(terminal, options);
    });

  await command.parseAsync(argv);
  return exitCode;
}

function day(value: string): string {
  if (!isDay(value)) throw new InvalidArgumentError('a day is written YYYY-MM-DD.');
  return value;
}

function symbol(value: string): string {
  if (!SYMBOL_PATTERN.test(value)) throw new InvalidArgumentError('a ticker symbol looks like AAPL, BRK-B or ^GSPC.');
  return value;
}

function symbolList(value: string): string[] {
  return [...new Set(value.split(',').map((item) => symbol(item.trim())))];
}

function reportId(value: string): string {
  if (!/^[\w-]{1,100}$/.test(value))
    throw new InvalidArgumentError('the id is in the report’s address, after /reporting/.');
  return value;
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('a number above 0.');
  return number;
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 20)
    throw new InvalidArgumentError('a whole number, 1 to 20.');
  return number;
}

function searchTrials(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 2 || number > MOST_SEARCH_TRIALS)
    throw new InvalidArgumentError(`a whole number, 2 to ${MOST_SEARCH_TRIALS}.`);
  return number;
}

function forecasterList(value: string): BacktestedName[] {
  return [...new Set(value.split(',').map((item) => item.trim()))].map((item) => {
    const name = BACKTESTED.find((one) => one === item);
    if (name === undefined) throw new InvalidArgumentError(`"${item}" is none of ${BACKTESTED.join(', ')}.`);
    return name;
  });
}

function originsWindow(value: string): { from: string; sessions: number } {
  const [from = '', sessions = ''] = value.split(':');
  return { from: day(from), sessions: positive(sessions) };
}
