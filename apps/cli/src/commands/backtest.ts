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
  FORECASTER_NAMES,
  type Forecaster,
  type ForecasterName,
  type GivenAnswers,
  knownHistory,
  type NamedHistory,
  runBacktest,
  toPrices,
} from '@closing-bell/forecasting';
import { calendarOf, cleanBars, network, openMarketData } from '@closing-bell/market';
import { servedForecaster } from '@closing-bell/serving';
import { openObjectStore } from '@closing-bell/storage';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { progressBar } from '../progress-bar';
import { CommandError, print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

/** How often all is fitted again. */
export const REFIT_SCHEDULES = ['yearly', 'quarterly', 'monthly', 'once'] as const;
export type RefitSchedule = (typeof REFIT_SCHEDULES)[number];

/** What can be backtested: each forecaster by itself, and `served`, what the services choose among them close by close. */
export const BACKTESTED = [...FORECASTER_NAMES, 'served'] as const;
export type BacktestedName = (typeof BACKTESTED)[number];

export interface BacktestOptions {
  readonly from: string;
  readonly to: string;
  readonly symbols?: readonly string[];
  readonly learnFrom?: readonly string[];
  readonly forecasters: readonly BacktestedName[];
  readonly refit: RefitSchedule;
  readonly seeds: number;
  readonly window?: { readonly from: string; readonly sessions: number };
  readonly html?: string;
  readonly json?: string;
  /** File of every forecast, a line each. */
  readonly forecasts?: string;
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
  const settings = {
    featureNames: scaleFreeFeatures.features.map(({ name }) => name),
    lstm: { units: config.lstmUnits, epochs: config.lstmEpochs },
    fit: pool.fit,
  };
  const started = Date.now();
  const workspace = mkdtempSync(join(tmpdir(), 'closing-bell-backtest-'));
  try {
    const tested = named(symbols);
    const served = options.forecasters.includes('served')
      ? [await followServices(terminal, { tested, from: first, to: last, settings, workspace })]
      : [];
    const request: BacktestRequest = {
      forecasters: options.forecasters.filter((name): name is ForecasterName => name !== 'served'),
      others: served,
      tested,
      learntFrom: named(learnFrom),
      from: first,
      to: last,
      refits: refitsOf(options.refit, sessions),
      seeds: Array.from({ length: seeds }, (_, index) => config.trainingSeed + index),
      settings,
    };
    if (options.forecasts !== undefined) writeFileSync(options.forecasts, '');
    const scored = await runBacktest({
      ...request,
      onProgress: showProgress(output),
      onAnswers: (given) => options.forecasts !== undefined && appendFileSync(options.forecasts, linesOf(given)),
    });
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
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** Goes through the closes of the span as the services would, and prints what they decided. */
async function followServices(
  terminal: Terminal,
  {
    tested,
    from,
    to,
    settings,
    workspace,
  }: Pick<BacktestRequest, 'tested' | 'from' | 'to' | 'settings'> & { readonly workspace: string },
): Promise<Forecaster> {
  const { config, output } = terminal;
  const { exchange } = config;
  const calendar = calendarOf(exchange);
  const counts = new Map<string, number>();
  const closes = tested.reduce(
    (sum, { history }) => sum + history.bars.filter(({ session }) => session >= from && session <= to).length,
    0,
  );
  const bar = progressBar(output, closes, 'closes');
  const decided: string[] = [];
  try {
    return await servedForecaster({
      tested,
      from,
      to,
      exchange,
      calendar,
      featureSet: closingBellFeatures,
      policy: {
        retrainAfterSessions: config.retrainAfterSessions,
        pauseSessions: config.retrainPauseSessions,
        driftPauseSessions: config.driftPauseSessions,
      },
      training: {
        ...settings,
        lstm: settings.lstm ?? {},
        seed: config.trainingSeed,
        startAtChampion: config.lstmWarmStart === 'champion',
      },
      objects: openObjectStore(pathToFileURL(workspace).href),
      onDecision: ({ symbol, session, trigger, decision, reasons, model }) => {
        if (trigger === 'features-computed') bar.step(`${symbol} ${session}`);
        counts.set(decision, (counts.get(decision) ?? 0) + 1);
        if (decision === 'kept' || reasons.some(({ code }) => code === 'training-pause')) return;
        const version = model ? ` version ${model.version}` : '';
        decided.push(`  ${session}  ${symbol}  ${decision}${version}  (${reasons.map(({ code }) => code).join(', ')})`);
      },
    });
  } finally {
    bar.stop();
    print(terminal, 'What the services would have decided when they trained:');
    for (const line of decided) print(terminal, line);
    print(terminal, `In all: ${[...counts].map(([decision, count]) => `${count} ${decision}`).join(', ')}.`);
  }
}

/** Every forecast as a line of JSON, in prices as the services store it; an abstention with its reason. */
function linesOf({ symbol, history, forecaster, origins, answers }: GivenAnswers): string {
  return answers
    .map((answer, position) => {
      const { session = '', close = NaN } = history.bars[origins[position] ?? NaN] ?? {};
      const about = { symbol, session, forecaster };
      return answer.outcome === 'forecast'
        ? JSON.stringify({ ...about, originClose: close, horizons: toPrices(answer, close) })
        : JSON.stringify({ ...about, abstained: answer.code, detail: answer.detail });
    })
    .map((line) => `${line}\n`)
    .join('');
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
