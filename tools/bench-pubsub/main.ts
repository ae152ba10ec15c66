import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { locatePubSubEmulator } from '../pubsub-emulator/server';
import { type Measurement, table } from './report';
import { type Result, run, type Scenario } from './scenario';
import { type ServerKind } from './server-process';

const THROUGHPUT_MESSAGES = 100_000;
const STEADY_RATE = 500;
const STEADY_SECONDS = 20;

const SCENARIOS: readonly Scenario[] = [
  ...[300, 1024].flatMap((messageBytes) =>
    [1, 5].map((subscribers) => ({
      name: `${THROUGHPUT_MESSAGES} of ${messageBytes} B, ${subscribers} subscriber${subscribers > 1 ? 's' : ''}`,
      messages: THROUGHPUT_MESSAGES,
      messageBytes,
      subscribers,
    })),
  ),
  {
    name: `steady ${STEADY_RATE}/s of 300 B, 1 subscriber, publish batch 1 ms`,
    messages: STEADY_RATE * STEADY_SECONDS,
    messageBytes: 300,
    subscribers: 1,
    rate: STEADY_RATE,
  },
];

/** Runs every scenario on every server, interleaved, and writes the medians. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      markdown: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const emulator = locatePubSubEmulator();
  const emulatorJar = 'jar' in emulator ? emulator.jar : undefined;
  const servers: ServerKind[] = ['local in memory', 'local durable'];
  if ('jar' in emulator) servers.push("Google's emulator");
  else console.log(`Google's emulator is not here, and its column is left out: ${emulator.absent}.`);

  const measurements: Measurement[] = [];
  for (const scenario of SCENARIOS) {
    const results = new Map<ServerKind, Result[]>(servers.map((server) => [server, []]));
    for (let count = 0; count < Number(values.runs); count++) {
      for (const server of servers) {
        const result = await run(server, scenario, emulatorJar);
        results.get(server)?.push(result);
        console.log(`${scenario.name} · ${server}: ${JSON.stringify(result, roundTo2)}`);
      }
    }
    for (const [server, runs] of results) measurements.push({ scenario: scenario.name, server, median: medians(runs) });
  }

  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, medians of ${values.runs}`;
  const markdown = table(machine, measurements);
  console.log(markdown);
  if (values.markdown) write(values.markdown, markdown);
  if (values.json) write(values.json, `${JSON.stringify({ machine, measurements }, roundTo2, 2)}\n`);
}

function medians(runs: readonly Result[]): Result {
  const median = (of: (result: Result) => number): number =>
    runs.map(of).sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? NaN;
  return {
    messagesPerSecond: median((result) => result.messagesPerSecond),
    p50: median((result) => result.p50),
    p99: median((result) => result.p99),
    cpuSeconds: median((result) => result.cpuSeconds),
    peakMegabytes: median((result) => result.peakMegabytes),
  };
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const roundTo2 = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 100) / 100 : value;

process.env['METADATA_SERVER_DETECTION'] = 'none';
main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
