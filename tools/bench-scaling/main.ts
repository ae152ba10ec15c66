/**
 * Simulates closes of 500 and of 5,000 symbols on the cluster that the manifests describe, and writes what came of them.
 *
 *   node dist/tools/bench-scaling/main.js [--measure FOLDER]
 *
 * With --measure it first measures what messages take, on real stocks in the folder; otherwise it takes what was measured before.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SeededRandom } from '../bench-drift/simulated-series';
import { drawClose } from './chart';
import { measureServiceTimes, SERIES } from './measurement';
import { reportOf, type Simulated, type Size } from './report';
import { alternatives, ordinaryClose, otherCloses, type Scenario } from './scenario';
import { readServiceTimes, type ServiceTimes, writeServiceTimes } from './service-times';
import { simulateClose } from './simulation';

const FOLDER = 'docs/benchmarks';
const SYMBOLS = [500, 5000];
const SEED = 1;
const OTHER_SEEDS = 10;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { measure: { type: 'string' } } });
  if (values.measure !== undefined) {
    if (existsSync(`${values.measure}/${SERIES}`)) writeServiceTimes(await measureServiceTimes(values.measure));
    else console.log(`${SERIES} is not in ${values.measure}: nothing is measured, the figures of before are taken.`);
  }
  const times = readServiceTimes();
  const sizes = SYMBOLS.map((symbols) => sizeOf(symbols, times));
  const page = reportOf(times, sizes, SEED);
  writeFileSync(`${FOLDER}/scaling.md`, page);
  console.log(page);
}

function sizeOf(symbols: number, times: ServiceTimes): Size {
  // Each close meets the same luck, so that settings are compared and not draws.
  const simulate = (scenario: Scenario, seed = SEED): Simulated => {
    const random = new SeededRandom(seed);
    return { scenario, outcome: simulateClose(scenario, times, () => random.uniform()) };
  };
  const usual = simulate(ordinaryClose(symbols));
  const picture = `scaling-${symbols}.svg`;
  const title = `A close of ${symbols.toLocaleString('en-US')} symbols`;
  writeFileSync(`${FOLDER}/${picture}`, drawClose(title, usual.outcome.points, usual.outcome.lastRow + 900));
  return {
    symbols,
    usual,
    otherSeeds: Array.from({ length: OTHER_SEEDS }, (_, index) =>
      lastOf(simulate(ordinaryClose(symbols), SEED + 1 + index)),
    ),
    others: otherCloses(symbols).map((scenario) => simulate(scenario)),
    alternatives: alternatives(symbols).map((scenario) => simulate(scenario)),
    picture,
  };
}

function lastOf({ outcome }: Simulated): number {
  return outcome.forecasts.at(-1) ?? NaN;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
