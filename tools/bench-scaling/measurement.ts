import { marketClosed, SERVICES, type ServiceName } from '@closing-bell/contracts';
import { calendarOf } from '@closing-bell/market';
import { message } from '@closing-bell/messaging';
import { loadConfig } from '@closing-bell/platform';
import { LocalModelRegistry } from '@closing-bell/registry';
import { appointByHand, DecisionLog } from '@closing-bell/serving';
import { openObjectStore } from '@closing-bell/storage';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { connect } from '../../apps/cli/src/connection';
import { readRunFile } from '../../apps/cli/src/run-file';
import { benchSupervisor } from '../bench-cascade/bench-supervisor';
import { usageOf, usageWithChildren } from '../bench-cascade/process-usage';
import { readMetrics, type Samples } from './metrics-text';
import { type HandlerTimes, type ProcessTimes, type ServiceTimes } from './service-times';

/** Thirty stocks from 2000 on; source and licence: the folder's own README. */
export const SERIES = 'us_long30_2000_2022.csv.gz';
const SPAN = ['2018-03-01', '2018-04-30'] as const;
const TRAINED = 3;
const ROUNDS = 3;
const WARM_CLOSES = 3;
const POLL_MILLISECONDS = 500;
const LIMIT_MILLISECONDS = 30 * 60_000;
const NEVER = '10000';

type Settings = Readonly<Record<string, string>>;

/**
 * Measures the five real processes on closes of thirty stocks: what a message takes of each, cold and warm, and what a training does.
 *
 * @param folder where the series lie
 * @throws Error when a message fails, or a close takes longer than half an hour
 */
export async function measureServiceTimes(folder: string): Promise<ServiceTimes> {
  const home = mkdtempSync(join(tmpdir(), 'closing-bell-bench-scaling-'));
  try {
    const { symbols, barsUntil } = writeFolder(join(folder, SERIES), join(home, 'csv'));
    const calendar = calendarOf('XNYS');
    const sessions = calendar.sessionsBetween(...SPAN)[Symbol.iterator]();
    const next = (): string => {
      const session = sessions.next().value;
      if (session === undefined) throw new Error(`${SPAN.join(' to ')} has too few sessions; make it longer`);
      return session;
    };
    const settings = {
      CLOSING_BELL_HOME: home,
      CLOSING_BELL_MARKET_DATA: `csv:${join(home, 'csv')}`,
      CLOSING_BELL_SYMBOLS: symbols.join(','),
      CLOSING_BELL_TRAINING_PROCESSES: '1',
      CLOSING_BELL_RETRAIN_AFTER_SESSIONS: NEVER,
      CLOSING_BELL_RETRAIN_PAUSE_SESSIONS: NEVER,
      CLOSING_BELL_DRIFT_PAUSE_SESSIONS: NEVER,
      CLOSING_BELL_DASHBOARD_PORT: '0',
    };
    const loadBefore = loadavg()[0] ?? 0;

    console.log(`Training ${TRAINED} models as they are trained …`);
    const first = next();
    const training = await withServices(settings, async (services) => {
      const before = services.trainer();
      const started = performance.now();
      await services.close(first, symbols.slice(0, TRAINED));
      const after = services.trainer();
      return {
        trainings: TRAINED,
        cpuSeconds: (after.cpuSeconds - before.cpuSeconds) / TRAINED,
        wallSeconds: (performance.now() - started) / 1000 / TRAINED,
        peakMegabytes: after.peakMegabytes,
      };
    });

    console.log('Training the others for an epoch, so that each has a model …');
    const second = next();
    await withServices({ ...settings, CLOSING_BELL_LSTM_EPOCHS: '1' }, (services) => services.close(second, symbols));
    await appointModels(settings, symbols);

    const cold: Samples[] = [];
    const warm: Samples[] = [];
    const uses: Record<ServiceName, ProcessTimes>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      console.log(`Measuring, round ${round + 1} of ${ROUNDS} …`);
      await withServices(settings, async (services) => {
        const atStart = await services.metrics();
        await services.close(next(), symbols);
        const afterFirst = await services.metrics();
        cold.push(afterFirst.since(atStart));
        for (let close = 0; close < WARM_CLOSES; close += 1) await services.close(next(), symbols);
        warm.push((await services.metrics()).since(afterFirst));
        uses.push(services.uses());
      });
    }
    return {
      measuredOn: new Date().toISOString().slice(0, 10),
      processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
      node: process.version,
      load: [loadBefore, loadavg()[0] ?? 0],
      symbols: symbols.length,
      barsPerSymbol: barsUntil(first),
      coldCloses: ROUNDS,
      warmCloses: ROUNDS * WARM_CLOSES,
      cold: handlerTimes(cold),
      warm: handlerTimes(warm),
      forecasters: forecastersOf([...cold, ...warm]),
      processes: Object.fromEntries(
        SERVICES.map((service) => [
          service,
          {
            startCpuSeconds: mean(uses.map((use) => use[service].startCpuSeconds)),
            peakMegabytes: Math.max(...uses.map((use) => use[service].peakMegabytes)),
          },
        ]),
      ) as Record<ServiceName, ProcessTimes>,
      training,
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

interface Services {
  /** Publishes a close and resolves when all that follows from it has been handled. */
  close(session: string, symbols: readonly string[]): Promise<void>;
  metrics(): Promise<Samples>;
  trainer(): { readonly cpuSeconds: number; readonly peakMegabytes: number };
  uses(): Record<ServiceName, ProcessTimes>;
}

/** Starts the services, lends them, and stops them. */
async function withServices<T>(settings: Settings, use: (services: Services) => Promise<T>): Promise<T> {
  const environment = { ...process.env, ...settings };
  const config = loadConfig(environment);
  const supervisor = benchSupervisor(config, environment);
  try {
    await supervisor.start();
    const pidOf = (service: ServiceName): number => supervisor.processes()[service] ?? 0;
    const startCpu = new Map(SERVICES.map((service) => [service, usageOf(pidOf(service)).cpuSeconds]));
    const connection = connect({ config, environment, output: process.stdout, clock: () => new Date() });
    const urls = readRunFile(config.home)?.services ?? {};
    const metrics = () => readMetrics(Object.values(urls));
    try {
      return await use({
        metrics,
        close: async (session, symbols) => {
          const before = await metrics();
          await connection.publisher.publish(
            message(marketClosed, { exchange: config.exchange, session, symbols: [...symbols] }),
          );
          await untilHandled(async () => (await metrics()).since(before), symbols.length, session);
        },
        trainer: () => usageWithChildren(pidOf('trainer')),
        uses: () =>
          Object.fromEntries(
            SERVICES.map((service) => [
              service,
              {
                startCpuSeconds: startCpu.get(service) ?? 0,
                peakMegabytes: usageWithChildren(pidOf(service)).peakMegabytes,
              },
            ]),
          ) as Record<ServiceName, ProcessTimes>,
      });
    } finally {
      await connection.close();
    }
  } finally {
    await supervisor.stop();
  }
}

/** Waits until each symbol's cascade, and each that an alarm began, has been recorded to its forecast. */
async function untilHandled(since: () => Promise<Samples>, symbols: number, session: string): Promise<void> {
  const limit = Date.now() + LIMIT_MILLISECONDS;
  for (;;) {
    const samples = await since();
    const bad =
      samples.sum('closing_bell_messages_total', 'outcome="retried"') ||
      samples.sum('closing_bell_messages_total', 'outcome="dead-lettered"');
    if (bad > 0) throw new Error(`${bad} messages failed at the close of ${session}; look at what the services said`);
    const alarms = samples.sum('closing_bell_publications_total', 'topic="drift-detected"', 'outcome="accepted"');
    const looked = samples.sum('closing_bell_messages_total', 'subscription="monitor.forecast-made"');
    if (looked >= symbols + alarms && looked > 0) return;
    if (Date.now() > limit)
      throw new Error(
        `the close of ${session} did not end within half an hour; ${looked} of ${symbols} forecasts are there`,
      );
    await setTimeout(POLL_MILLISECONDS);
  }
}

/** Makes each symbol's trained model the one that serves, whatever the gate said: what costs most serves throughout. */
async function appointModels(settings: Settings, symbols: readonly string[]): Promise<void> {
  const config = loadConfig(settings);
  const objects = openObjectStore(config.objects, config);
  const registry = new LocalModelRegistry(objects);
  const decisions = new DecisionLog(objects);
  for (const symbol of symbols) {
    const trained = (await registry.list(symbol)).versions.filter(({ kind }) => kind !== 'baseline').at(-1);
    if (!trained) throw new Error(`${symbol} has no trained model; its history is too short for this measurement`);
    await appointByHand(symbol, trained.version, { registry, decisions, clock: () => new Date() });
  }
}

function handlerTimes(closes: readonly Samples[]): Record<string, HandlerTimes> {
  const over = (name: string, ...labels: string[]) =>
    closes.reduce((sum, close) => sum + close.sum(name, ...labels), 0);
  const subscriptions = closes[0]?.values('closing_bell_message_seconds_count', 'subscription') ?? [];
  const times = subscriptions.flatMap((subscription) => {
    const service = SERVICES.find((name) => subscription.startsWith(`${name}.`)) ?? '';
    const own = `subscription="${subscription}"`;
    const messages = over('closing_bell_message_seconds_count', own);
    if (messages === 0) return [];
    const wall = over('closing_bell_message_seconds_sum', own);
    const wallOfAll = over('closing_bell_message_seconds_sum', `service="${service}"`);
    const cpu = over('process_cpu_seconds_total', `service="${service}"`) * (wall / wallOfAll);
    return [
      [
        subscription,
        { messages, cpuMilliseconds: (1000 * cpu) / messages, wallMilliseconds: (1000 * wall) / messages },
      ],
    ];
  });
  return Object.fromEntries(times) as Record<string, HandlerTimes>;
}

function forecastersOf(closes: readonly Samples[]): Record<string, number> {
  const names = closes[0]?.values('closing_bell_forecasts_total', 'forecaster') ?? [];
  const count = (name: string) =>
    closes.reduce((sum, close) => sum + close.sum('closing_bell_forecasts_total', `forecaster="${name}"`), 0);
  return Object.fromEntries(names.map((name) => [name, count(name)]));
}

/** Writes a file a symbol, as vendors give them. */
function writeFolder(series: string, folder: string): { symbols: string[]; barsUntil: (session: string) => number } {
  const bySymbol = new Map<string, string[]>();
  for (const line of gunzipSync(readFileSync(series)).toString('utf8').trim().split('\n').slice(1)) {
    const [symbol = '', date, open, high, low, close, , volume] = line.split(',');
    const rows = bySymbol.get(symbol) ?? [];
    if (rows.length === 0) bySymbol.set(symbol, rows);
    rows.push([date, open, high, low, close, volume].join(','));
  }
  mkdirSync(folder);
  for (const [symbol, rows] of bySymbol) {
    writeFileSync(join(folder, `${symbol}.csv`), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
  }
  const dates = [...bySymbol.values()][0]?.map((row) => row.slice(0, 10)) ?? [];
  return { symbols: [...bySymbol.keys()], barsUntil: (session) => dates.filter((date) => date <= session).length };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
