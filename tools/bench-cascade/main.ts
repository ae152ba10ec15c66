/**
 * Measures the cascade on this machine: from the publication of a close to its forecast in the warehouse, closes a second in a
 * replay, CPU and memory by service. One symbol of the built-in sample, the five real processes, no retraining while it measures.
 */
import { calendarOf } from '@closing-bell/market';
import { loadConfig } from '@closing-bell/platform';
import { openWarehouse } from '@closing-bell/warehouse';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../apps/cli/src/connection';
import { replay } from '../../apps/cli/src/replay';
import { benchSupervisor } from './bench-supervisor';
import { usageOf } from './process-usage';

// A span at whose start the gate promotes a model: what costs most serves throughout.
const WARM_UP = ['2014-02-03', '2014-03-20'] as const;
const MEASURED = ['2014-03-21', '2015-03-23'] as const;
const OUTPUT = 'docs/benchmarks/cascade';

function quantile(sorted: readonly number[], level: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(level * sorted.length) - 1)] ?? NaN;
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'closing-bell-bench-cascade-'));
  const environment = {
    ...process.env,
    CLOSING_BELL_HOME: home,
    CLOSING_BELL_MARKET_DATA: 'sample:',
    CLOSING_BELL_RETRAIN_AFTER_SESSIONS: '10000',
    CLOSING_BELL_RETRAIN_PAUSE_SESSIONS: '10000',
  };
  const config = loadConfig(environment);
  const calendar = calendarOf(config.exchange);
  const supervisor = benchSupervisor(config, environment);
  try {
    console.log('Starting, training one model and warming up …');
    await supervisor.start();
    const connection = connect({ config, environment, output: process.stdout, clock: () => new Date() });
    const run = (sessions: readonly string[]) =>
      replay(connection, {
        exchange: config.exchange,
        sessions,
        symbols: config.symbols,
        forceRetrain: false,
        limitMilliseconds: 600_000,
      });
    await run(calendar.sessionsBetween(...WARM_UP));
    const sessions = calendar.sessionsBetween(...MEASURED);
    console.log(`Replaying ${sessions.length} closes …`);
    const pids = Object.entries(supervisor.processes()).filter(
      (entry): entry is [string, number] => entry[1] !== undefined,
    );
    const before = new Map(pids.map(([name, pid]) => [name, usageOf(pid)]));
    const started = performance.now();
    const failures = await run(sessions);
    const seconds = (performance.now() - started) / 1000;
    if (failures.length > 0) throw new Error(`closes failed: ${JSON.stringify(failures.slice(0, 3))}`);
    const usage = pids.map(([name, pid]) => {
      const after = usageOf(pid);
      const cpuSeconds = after.cpuSeconds - (before.get(name)?.cpuSeconds ?? 0);
      return {
        name,
        cpuMillisecondsPerClose: (1000 * cpuSeconds) / sessions.length,
        peakMegabytes: after.peakMegabytes,
      };
    });
    await connection.close();
    await supervisor.stop();
    const { sorted, served } = await measurements(config.warehouse);
    report(sorted, served, sessions.length, seconds, usage);
  } finally {
    await supervisor.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Milliseconds from the acceptance of each measured close to its forecast's rows, ascending; and what made the forecasts. */
async function measurements(url: string): Promise<{ sorted: number[]; served: string }> {
  const warehouse = await openWarehouse(url);
  const span = { first: MEASURED[0], last: MEASURED[1] };
  const rows = await warehouse.query<{ published_at: string; recorded_at: string }>(
    `SELECT e.published_at, MIN(f.recorded_at) AS recorded_at
     FROM events e JOIN forecasts f ON f.origin_session = e.session
     WHERE e.topic = 'market-closed' AND e.session BETWEEN CAST(@first AS DATE) AND CAST(@last AS DATE)
     GROUP BY e.session, e.published_at`,
    span,
  );
  const forecasters = await warehouse.query<{ forecaster: string }>(
    `SELECT DISTINCT forecaster FROM forecasts WHERE origin_session BETWEEN CAST(@first AS DATE) AND CAST(@last AS DATE) ORDER BY forecaster`,
    span,
  );
  await warehouse.close();
  return {
    sorted: rows
      .map(({ published_at, recorded_at }) => Date.parse(recorded_at) - Date.parse(published_at))
      .sort((a, b) => a - b),
    served: forecasters.map(({ forecaster }) => forecaster).join(', '),
  };
}

function report(
  sorted: readonly number[],
  served: string,
  closes: number,
  seconds: number,
  usage: readonly { name: string; cpuMillisecondsPerClose: number; peakMegabytes: number }[],
): void {
  const figures = {
    cores: cpus().length,
    node: process.version,
    closes,
    served,
    latencyMilliseconds: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), longest: sorted.at(-1) },
    closesPerSecond: closes / seconds,
    services: usage,
  };
  const { p50, p99, longest } = figures.latencyMilliseconds;
  const page = [
    '<!-- Written by `make bench-cascade`. Do not edit. -->',
    '',
    '# The cascade, measured',
    '',
    `${closes} closes of one symbol with about 3,700 bars each, replayed one after another, forecast by ${served}; ${figures.cores} cores, Node ${figures.node}.`,
    '',
    '| from a close’s publication to its forecast in the warehouse | ms |',
    '| --- | --- |',
    `| p50 | ${p50} |`,
    `| p99 | ${p99} |`,
    `| longest | ${longest} |`,
    '',
    `A replay runs ${figures.closesPerSecond.toFixed(1)} closes a second: each waits until the one before has ended.`,
    '',
    '| process | CPU ms a close | peak memory MB |',
    '| --- | --- | --- |',
    ...usage.map(
      ({ name, cpuMillisecondsPerClose, peakMegabytes }) =>
        `| ${name} | ${cpuMillisecondsPerClose.toFixed(1)} | ${peakMegabytes.toFixed(0)} |`,
    ),
    '',
  ].join('\n');
  console.log(page);
  mkdirSync('docs/benchmarks', { recursive: true });
  writeFileSync(`${OUTPUT}.md`, page);
  writeFileSync(`${OUTPUT}.json`, `${JSON.stringify(figures, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
