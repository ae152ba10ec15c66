/**
 * Backtests on symbols that were never learnt from: fits on two thirds of the stocks of ../shared/data up to 2016 and forecasts the
 * others through 2017. Needs that folder; it is not part of the project.
 */
import { closingBellFeatures, scaleFreeFeatures } from '@closing-bell/features';
import {
  backtestReport,
  type BacktestRequest,
  backtestResult,
  backtestSubject,
  findings,
  FitPool,
  knownHistory,
  type NamedHistory,
  runBacktest,
} from '@closing-bell/forecasting';
import { type Bar } from '@closing-bell/market';
import { loadConfig } from '@closing-bell/platform';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const FOLDER = resolve('../shared/data');
const FILES = ['us_sp500_panel_a_2012_2016h1.csv.gz', 'us_sp500_panel_b_2016h2_2022.csv.gz'];
const FITTED_AT = '2016-12-30';
const LAST_ORIGIN = '2017-12-29';
/** The last session whose close an outcome may need. */
const LAST_SESSION = '2018-01-16';
/** Sessions between windows of an epoch: a panel has more of them than a fit needs. */
const STRIDE = 20;
const EPOCHS = 12;
const OUTPUT = 'docs/benchmarks/backtest-panel.html';

/** Bars by symbol, those of both files one after the other. */
function readPanel(): Map<string, Bar[]> {
  const panel = new Map<string, Bar[]>();
  for (const file of FILES) {
    const text = gunzipSync(readFileSync(resolve(FOLDER, file))).toString('utf8');
    for (const line of text.split('\n').slice(1)) {
      const [symbol = '', session = '', open, high, low, close, , volume] = line.split(',');
      if (symbol === '' || session > LAST_SESSION) continue;
      const bars = panel.get(symbol) ?? [];
      if (bars.length === 0) panel.set(symbol, bars);
      bars.push({
        session,
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
        volume: Number(volume),
      });
    }
  }
  return panel;
}

async function main(): Promise<void> {
  if (!FILES.every((file) => existsSync(resolve(FOLDER, file)))) {
    throw new Error(`${FILES.join(' and ')} are not in ${FOLDER}; this backtest needs them.`);
  }
  const config = loadConfig(process.env);
  const whole = [...readPanel()].filter(
    ([, bars]) => (bars[0]?.session ?? '9') <= '2012-12-31' && (bars.at(-1)?.session ?? '') >= LAST_SESSION,
  );
  const histories = whole
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, bars]): NamedHistory => ({ symbol, history: knownHistory(bars, closingBellFeatures) }));
  const pool = new FitPool({
    processes: config.trainingProcesses || availableParallelism(),
    choice: { engine: config.engine, cache: config.cache },
  });
  const request: BacktestRequest = {
    forecasters: ['ewma-fhs', 'har-fhs', 'gjr-fhs', 'lstm-fhs', 'blend-raw', 'blend'],
    // Every third symbol in order of the alphabet is never learnt from.
    tested: histories.filter((_, index) => index % 3 === 2),
    learntFrom: histories.filter((_, index) => index % 3 !== 2),
    from: FITTED_AT,
    to: LAST_ORIGIN,
    refits: [FITTED_AT],
    seeds: [config.trainingSeed],
    settings: {
      featureNames: scaleFreeFeatures.features.map(({ name }) => name),
      lstm: { stride: STRIDE, epochs: EPOCHS },
      fit: pool.fit,
    },
  };
  process.stdout.write(
    `${request.learntFrom.length} symbols to learn from, ${request.tested.length} others to forecast\n`,
  );
  const started = Date.now();
  try {
    const scored = await runBacktest({
      ...request,
      onProgress: (progress) => {
        if (progress.phase === 'fitting') process.stdout.write(`fitted ${progress.forecaster}\n`);
        else if (progress.done % 100 === 0) process.stdout.write(`${progress.done} of ${progress.total} answers\n`);
      },
    });
    const title = `${request.tested.length} stocks that were never learnt from, 2017`;
    const result = backtestResult(scored, backtestSubject(request, { title }));
    writeFileSync(OUTPUT, backtestReport(result));
    for (const finding of findings(result)) process.stdout.write(`${finding}\n`);
    process.stdout.write(`${((Date.now() - started) / 1000).toFixed(0)} s; report: ${OUTPUT}\n`);
  } finally {
    pool.close();
  }
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
