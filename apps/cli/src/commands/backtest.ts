import { closingBellFeatures, scaleFreeFeatures } from '@closing-bell/features';
import {
  type BacktestProgress,
  backtestReport,
  type BacktestRequest,
  backtestResult,
  backtestSubject,
  backtestTable,
  findings,
  FitPool,
  type ForecasterName,
  knownHistory,
  type NamedHistory,
  runBacktest,
} from '@closing-bell/forecasting';
import { calendarOf, cleanBars, network, openMarketData } from '@closing-bell/market';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { progressBar } from '../progress-bar';
import { CommandError, print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

/** How often all is fitted again. */
export const REFIT_SCHEDULES = ['yearly', 'quarterly', 'monthly', 'once'] as const;
export type RefitSchedule = (typeof REFIT_SCHEDULES)[number];

export interface BacktestOptions {
  readonly from: string;
  readonly to: string;
  readonly symbols?: readonly string[];
  readonly learnFrom?: readonly string[];
  readonly forecasters: readonly ForecasterName[];
  readonly refit: RefitSchedule;
  readonly seeds: number;
  readonly window?: { readonly from: string; readonly sessions: number };
  readonly html?: string;
  readonly json?: string;
}

/** Forecasts a span of the past as it would have been forecast then, and prints how that fared beside the baselines. */
export async function backtest(terminal: Terminal, options: BacktestOptions): Promise<void> {
  const { config, output } = terminal;
  const { from, to, seeds, window } = options;
  if (from > to) throw new CommandError(`--from ${from} is after --to ${to}`);
  const calendar = calendarOf(config.exchange);
  const sessions = calendar.sessionsBetween(from, to);
  const [first, last] = [sessions.at(0), sessions.at(-1)];
  if (first === undefined || last === undefined) {
    throw new CommandError(`no session of ${config.exchange} lies between ${from} and ${to}`);
  }
  const symbols = options.symbols ?? config.symbols;
  const learnFrom = options.learnFrom ?? symbols;
  const histories = await historiesOf(terminal, [...new Set([...symbols, ...learnFrom])], last);
  const named = (names: readonly string[]): NamedHistory[] => histories.filter(({ symbol }) => names.includes(symbol));
  const pool = new FitPool({
    processes: config.trainingProcesses || availableParallelism(),
    choice: { engine: config.engine, cache: config.cache },
  });
  const request: BacktestRequest = {
    forecasters: options.forecasters,
    tested: named(symbols),
    learntFrom: named(learnFrom),
    from: first,
    to: last,
    refits: refitsOf(options.refit, sessions),
    seeds: Array.from({ length: seeds }, (_, index) => config.trainingSeed + index),
    settings: {
      featureNames: scaleFreeFeatures.features.map(({ name }) => name),
      lstm: { units: config.lstmUnits, epochs: config.lstmEpochs },
      fit: pool.fit,
    },
  };
  const started = Date.now();
  try {
    const scored = await runBacktest({ ...request, onProgress: showProgress(output) });
    const result = backtestResult(
      scored,
      backtestSubject(request, { window: window && { name: 'window', ...window } }),
    );
    const { headers, rows } = backtestTable(result);
    const right = headers.map((_, column) => column).slice(1);
    print(terminal, `\n${table(headers, rows, right)}\n`);
    for (const finding of findings(result)) print(terminal, finding);
    print(terminal, `\n${((Date.now() - started) / 1000).toFixed(0)} s`);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result)}\n`);
    if (options.html !== undefined) {
      writeFileSync(options.html, backtestReport(result));
      print(terminal, `Report: ${options.html}`);
    }
  } finally {
    pool.close();
  }
}

/** Bars and features of each symbol up to ten sessions after the last origin, as the services compute them. */
async function historiesOf(
  { config, clock }: Terminal,
  symbols: readonly string[],
  last: string,
): Promise<NamedHistory[]> {
  const calendar = calendarOf(config.exchange);
  const source = openMarketData(config.marketData, network(clock));
  const session = calendar.sessionsAfter(last, 10).at(-1) ?? last;
  const histories: NamedHistory[] = [];
  for (const symbol of symbols) {
    const raw = await source.bars({ symbol, session, calendar });
    const { bars } = cleanBars(raw, { session, calendar, now: clock() });
    histories.push({ symbol, history: knownHistory(bars, closingBellFeatures) });
  }
  return histories;
}

/** The first origin, and the last one of each year, quarter or month but the last. */
function refitsOf(schedule: RefitSchedule, origins: readonly string[]): string[] {
  const period = (session: string): string => {
    const [year = '', month = ''] = session.split('-');
    switch (schedule) {
      case 'yearly':
        return year;
      case 'quarterly':
        return `${year} ${Math.ceil(Number(month) / 3)}`;
      case 'monthly':
        return `${year}-${month}`;
      case 'once':
        return '';
    }
  };
  return origins.filter((session, index) => {
    const next = origins[index + 1];
    return index === 0 || (next !== undefined && period(session) !== period(next));
  });
}

/** A bar for the fits, then one for the forecasts. */
function showProgress(output: NodeJS.WriteStream): (progress: BacktestProgress) => void {
  let bar: ReturnType<typeof progressBar> | undefined;
  let phase = '';
  return (progress) => {
    if (progress.phase !== phase) {
      phase = progress.phase;
      bar = progressBar(output, progress.total, progress.phase === 'fitting' ? 'fits' : 'answers');
    }
    bar?.step(progress.phase === 'fitting' ? progress.forecaster : `${progress.symbol} ${progress.forecaster}`);
    if (progress.done === progress.total) bar?.stop();
  };
}
