/**
 * Measures the monitor's API on a large warehouse in DuckDB.
 *
 *   node dist/tools/bench-api/main.js [--years 5] [--symbols 400] [--folder FOLDER] [--serve [--port 8400]]
 *
 * A folder that is named is kept, and used again where it is there. --serve keeps the API and the dashboard up until Ctrl-C.
 */
import { openObjectStore } from '@closing-bell/storage';
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildLargeWarehouse, type LargeWarehouse } from './large-warehouse';

const REPORT = 'docs/benchmarks/api.md';
const ROUNDS = 40;
const ASKERS = 4;
/** What people feel as at once. */
const TARGET_MILLISECONDS = 200;

interface Usage {
  readonly cpu: NodeJS.CpuUsage;
  readonly memory: number;
}

interface Row {
  readonly name: string;
  readonly alone: readonly number[];
  readonly together: readonly number[];
  readonly bytes: number;
  readonly cpuMilliseconds: number;
}

/** Draws the same each time. */
class Draw {
  private state = 1;

  of<T>(values: readonly T[]): T {
    this.state = (this.state * 48_271) % 2_147_483_647;
    return values[this.state % values.length] as T;
  }
}

type Address = (draw: Draw, from: LargeWarehouse) => string;

const ofSymbol =
  (rest: string): Address =>
  (draw, { symbols }) =>
    `symbols/${draw.of(symbols)}/${rest}`;

/** Sessions that have a page of others before them. */
const later = (sessions: readonly string[]): readonly string[] => sessions.slice(Math.floor(sessions.length / 4));

const upTo =
  (rest: string): Address =>
  (draw, { symbols, sessions }) =>
    `symbols/${draw.of(symbols)}/${rest}to=${draw.of(later(sessions))}`;

const lastOf =
  (rest: (session: string) => string): Address =>
  (draw, { whole, sessions }) =>
    `symbols/${draw.of(whole)}/${rest(sessions.at(-1) ?? '')}`;

const ADDRESSES: readonly (readonly [string, Address])[] = [
  ['instance', () => 'instance'],
  ['symbols', () => 'symbols'],
  ['universe', (draw, { sessions }) => `universe?session=${draw.of(later(sessions))}`],
  ['bars, 250', upTo('bars?')],
  ['bars, all', ofSymbol('bars?limit=2000')],
  ['indicators, 6 of 250', lastOf(() => 'indicators?names=rsi_14,macd,atr_14,sma_20,ema_12,adx_14')],
  ['origins', upTo('origins?')],
  ['forecast, latest', ofSymbol('forecast')],
  [
    'forecast, of a session',
    (draw, { symbols, sessions }) => `symbols/${draw.of(symbols)}/forecast?origin=${draw.of(sessions)}`,
  ],
  ['forecasts', upTo('forecasts?horizon=5&')],
  ['performance', upTo('performance?horizon=5&')],
  ['drift', upTo('drift?')],
  ['drift of a session', lastOf((session) => `drift/${session}`)],
  ['models', ofSymbol('models')],
  ['models, trained', ofSymbol('models?trained=true')],
  ['decision', lastOf((session) => `decisions/${session}/features-computed`)],
  ['lineage', lastOf(() => 'lineage')],
  ['sessions', (draw, { sessions }) => `sessions?before=${draw.of(later(sessions))}`],
  ['session', (draw, { sessions }) => `sessions/${draw.of(sessions)}`],
  ['cascade run', (draw, { symbols, sessions }) => `sessions/${draw.of(sessions)}/symbols/${draw.of(symbols)}`],
  ['dead letters', () => 'dead-letters'],
  ['actions', () => 'actions'],
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      years: { type: 'string', default: '5' },
      symbols: { type: 'string', default: '400' },
      folder: { type: 'string' },
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '8400' },
    },
  });
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'closing-bell-bench-api-'));
  try {
    const size = { years: Number(values.years), symbols: Number(values.symbols) };
    const built = await buildIn(folder, size);
    const server = await start(folder, values.serve ? values.port : '0');
    try {
      if (values.serve) {
        console.log(`Dashboard: ${server.url}\nCtrl-C stops.`);
        await new Promise((resolve) => process.once('SIGINT', resolve));
      } else {
        const rows = await measure(server, built);
        writeReport(rows, { ...size, folder, built, usage: await server.usage() });
      }
    } finally {
      server.process.kill();
    }
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the warehouse in a folder unless it is there. */
async function buildIn(folder: string, size: { years: number; symbols: number }): Promise<LargeWarehouse> {
  const about = join(folder, 'about.json');
  if (existsSync(about)) return JSON.parse(readFileSync(about, 'utf8')) as LargeWarehouse;
  mkdirSync(folder, { recursive: true });
  console.log(`Making ${size.years} years of ${size.symbols} symbols in ${folder} …`);
  const started = performance.now();
  const objects = openObjectStore(pathToFileURL(join(folder, 'objects')).href);
  const built = await buildLargeWarehouse(join(folder, 'warehouse.duckdb'), objects, size);
  writeFileSync(about, JSON.stringify(built));
  console.log(`made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return built;
}

interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  usage(): Promise<Usage>;
  /** Drops what is kept of answers. */
  forget(): Promise<Usage>;
}

async function start(folder: string, port: string): Promise<Server> {
  const child = fork(join(__dirname, 'server.js'), [folder, port], { stdio: 'inherit' });
  const said = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the server ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message as T);
      });
    });
  const ask = (what: string): Promise<Usage> => {
    const answer = said<Usage>();
    child.send(what);
    return answer;
  };
  const { url } = await said<{ url: string }>();
  return { url, process: child, usage: () => ask('usage'), forget: () => ask('forget') };
}

async function measure(server: Server, built: LargeWarehouse): Promise<Row[]> {
  const draw = new Draw();
  const time = async (address: string): Promise<{ milliseconds: number; bytes: number }> => {
    const started = performance.now();
    const answer = await fetch(`${server.url}/api/${address}`);
    const bytes = (await answer.arrayBuffer()).byteLength;
    const milliseconds = performance.now() - started;
    // A forecaster that abstained is an answer, too.
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return { milliseconds, bytes };
  };
  // The first requests compile what all others use.
  for (const [, address] of ADDRESSES) await time(address(draw, built));
  const rows: Row[] = [];
  for (const [name, address] of ADDRESSES) {
    const alone: number[] = [];
    let bytes = 0;
    const before = await server.usage();
    for (let round = 0; round < ROUNDS; round += 1) {
      await server.forget();
      const { milliseconds, bytes: size } = await time(address(draw, built));
      alone.push(milliseconds);
      bytes = Math.max(bytes, size);
    }
    const after = await server.usage();
    const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
    const together: number[] = [];
    await Promise.all(
      Array.from({ length: ASKERS }, async () => {
        for (let round = 0; round < ROUNDS / ASKERS; round += 1) {
          together.push((await time(address(draw, built))).milliseconds);
        }
      }),
    );
    const row = { name, alone: sorted(alone), together: sorted(together), bytes, cpuMilliseconds: cpu / 1000 / ROUNDS };
    rows.push(row);
    console.log(cells(row).join('  '));
  }
  return rows;
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function cells({ name, alone, together, bytes, cpuMilliseconds }: Row): string[] {
  const at = (values: readonly number[], share: number): string =>
    (values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN).toFixed(0);
  const spread = (values: readonly number[]): string[] => [at(values, 0.5), at(values, 0.95), at(values, 1)];
  return [name, ...spread(alone), ...spread(together), (bytes / 1024).toFixed(1), cpuMilliseconds.toFixed(0)];
}

function writeReport(
  rows: readonly Row[],
  about: { years: number; symbols: number; folder: string; built: LargeWarehouse; usage: Usage },
): void {
  const { years, symbols, folder, built, usage } = about;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
  const slow = rows.filter(({ alone }) => (alone[Math.floor(0.95 * alone.length)] ?? 0) > TARGET_MILLISECONDS);
  const lines = [
    '<!-- Written by `make bench-api`. Do not edit. -->',
    '',
    '# The API, measured',
    '',
    `${years} years of ${symbols} symbols (${built.sessions.length} sessions, ten horizons each) in a DuckDB file of ${megabytes(statSync(join(folder, 'warehouse.duckdb')).size)}, asked for symbols and sessions at random, ${ROUNDS} times each; ${cpus().length} cores, Node ${process.version}, load of the machine ${loadavg()
      .map((load) => load.toFixed(1))
      .join(
        ', ',
      )} over the last 1, 5 and 15 minutes. Before each question of one asker what the monitor keeps of answers is dropped, as when something is recorded; ${ASKERS} askers ask at once without that. Milliseconds from the question to the last byte.`,
    '',
    `| answer | p50 | p95 | longest | p50 of ${ASKERS} | p95 of ${ASKERS} | longest of ${ASKERS} | KB at most | CPU ms |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${cells(row).join(' | ')} |`),
    '',
    `The monitor's process holds ${megabytes(usage.memory)} at the end, most of it DuckDB's pages. Target: 95 of 100 answers to one asker within ${TARGET_MILLISECONDS} ms; ${slow.length === 0 ? 'all keep it' : `not kept by ${slow.map(({ name }) => name).join(', ')}`}.`,
    '',
  ];
  writeFileSync(REPORT, lines.join('\n'));
  console.log(`written to ${REPORT}`);
}

void main();
