/**
 * Measures the container images on this machine: the size of what they hold beside their base, how long each service takes from its
 * execution until it is ready, in a sandbox, with files that were read before and with none; its memory then; and whether forecasts are
 * faster with TensorFlow in reach.
 */
import { SERVICES, type ServiceName } from '@closing-bell/contracts';
import { calendarOf } from '@closing-bell/market';
import { loadConfig } from '@closing-bell/platform';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../apps/cli/src/connection';
import { replay } from '../../apps/cli/src/replay';
import { freePort } from '../../apps/cli/src/supervisor/free-port';
import { answersGrpc } from '../emulators/server-process';
import { assemble } from '../images/assemble';
import { ImageDescriptions } from '../images/dockerfile';
import { type ImageName, IMAGES } from '../images/images';
import { type PodOptions, type PodSource, type ServicePod, startPod, startServicePod } from '../images/pod';

const OUTPUT = 'docs/benchmarks/images';
const STARTS = 9;
/** The training comes with the first; both spans that are compared follow it. */
const TRAINED = ['2014-02-03', '2014-02-03'] as const;
const WITHOUT_TENSORFLOW = ['2014-02-04', '2014-03-20'] as const;
const WITH_TENSORFLOW = ['2014-03-21', '2014-05-05'] as const;

interface Size {
  readonly image: ImageName;
  /** Bytes by part. */
  readonly dist: number;
  readonly packages: number;
  readonly tensorflow: number;
  readonly files: number;
}

interface Start {
  readonly service: ServiceName;
  /** Milliseconds, ascending. */
  readonly warm: readonly number[];
  readonly cold: readonly number[];
  /** Resident memory when it is ready, of all its processes. */
  readonly megabytes: readonly number[];
}

interface Forecasts {
  readonly tensorflow: boolean;
  readonly forecasts: number;
  readonly milliseconds: number;
  readonly megabytes: number;
  /** Whether the process has TensorFlow's library in its memory. */
  readonly loaded: boolean;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-bench-images-'));
  // The users of the containers look into folders below it.
  chmodSync(folder, 0o755);
  try {
    const contents = join(folder, 'contents');
    console.log('Assembling …');
    const traces = {};
    for (const image of IMAGES) {
      const { cache } = loadConfig(process.env);
      await assemble(image, join(contents, image), { root: process.cwd(), cache, requireTensorFlow: true, traces });
    }
    // What was just written cannot be dropped from memory before it is on disk.
    execFileSync('sync', ['--file-system', contents]);
    const dockerfile = new ImageDescriptions(readFileSync('Dockerfile', 'utf8'));
    const source: PodSource = { dockerfile, contents, workspace: join(folder, 'pods') };
    const sizes = IMAGES.map((image) => sizeOf(image, join(contents, image)));
    const starts: Start[] = [];
    for (const service of SERVICES) starts.push(await startsOf(service, source));
    console.log('Forecasting with and without TensorFlow …');
    report(sizes, starts, await forecasts(source, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sizeOf(image: ImageName, content: string): Size {
  const bytes = (path: string): number =>
    filesIn(join(content, path)).reduce((sum, file) => sum + lstatSync(file).size, 0);
  const [dist, packages, tensorflow] = [bytes('app/dist'), bytes('app/node_modules'), bytes('opt')];
  return { image, dist, packages, tensorflow, files: filesIn(content).length };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  } catch {
    return [];
  }
}

/** Starts a service again and again, on a Pub/Sub server of its own that knows the topology from the first time. */
async function startsOf(service: ServiceName, source: PodSource): Promise<Start> {
  console.log(`Starting the ${service} …`);
  const pubsub = await startPubSub(source);
  const figures = { warm: [] as number[], cold: [] as number[], megabytes: [] as number[] };
  try {
    const options = { env: { PUBSUB_EMULATOR_HOST: pubsub.address } };
    await (await startServicePod(source, service, options)).container.stop();
    for (let start = 0; start < STARTS; start++) {
      for (const files of ['warm', 'cold'] as const) {
        if (files === 'cold') forget(join(source.contents, service));
        const pod = await startServicePod(source, service, options);
        figures[files].push(pod.readyAfterMs);
        if (files === 'warm') figures.megabytes.push(memoryOf(pod));
        await pod.container.stop();
      }
    }
  } finally {
    await pubsub.stop();
  }
  const ascending = (values: number[]) => [...values].sort((a, b) => a - b);
  return {
    service,
    warm: ascending(figures.warm),
    cold: ascending(figures.cold),
    megabytes: ascending(figures.megabytes),
  };
}

/** Python that has the kernel drop what it keeps of files. Node has no call for it. Arguments: the files. */
const FORGET = `
import os, sys
for name in sys.argv[1:]:
    file = os.open(name, os.O_RDONLY)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)
`;

/** Has the kernel drop what it keeps of a folder's files. */
function forget(folder: string): void {
  execFileSync('python3', ['-c', FORGET, ...filesIn(folder)]);
}

async function startPubSub(source: PodSource): Promise<{ address: string; stop: () => Promise<unknown> }> {
  const port = await freePort();
  const command = ['node', 'dist/libs/local-pubsub/src/main.js', '--port', String(port)];
  const { container } = await startPod(source, 'tools', { command });
  const address = `127.0.0.1:${port}`;
  if (!(await answersGrpc(address))) throw new Error(`No Pub/Sub at ${address}. It printed:\n${container.output}`);
  return { address, stop: () => container.stop() };
}

/** Megabytes of all processes of a pod. */
function memoryOf({ container }: ServicePod): number {
  const kilobytes = container
    .processes()
    .map((pid) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0));
  return kilobytes.reduce((a, b) => a + b, 0) / 1024;
}

/** Replays two spans through the five services, the second with TensorFlow where the predictor could find it. */
async function forecasts(source: PodSource, folder: string): Promise<Forecasts[]> {
  const pubsub = await startPubSub(source);
  const objects = { source: join(folder, 'objects'), target: '/data' };
  const warehouse = { source: join(folder, 'warehouse'), target: '/warehouse' };
  for (const mount of [objects, warehouse]) mkdirSync(mount.source);
  const env = {
    PUBSUB_EMULATOR_HOST: pubsub.address,
    CLOSING_BELL_OBJECTS: 'file:///data/objects',
    CLOSING_BELL_WAREHOUSE: 'duckdb:/warehouse/warehouse.duckdb',
    CLOSING_BELL_RETRAIN_AFTER_SESSIONS: '10000',
    CLOSING_BELL_RETRAIN_PAUSE_SESSIONS: '10000',
    CLOSING_BELL_DRIFT_PAUSE_SESSIONS: '10000',
  };
  const options: PodOptions = { env, mounts: [objects] };
  const start = (service: ServiceName) =>
    startServicePod(source, service, service === 'monitor' ? { env, mounts: [objects, warehouse] } : options);
  const pods: ServicePod[] = [];
  try {
    for (const service of SERVICES.filter((name) => name !== 'predictor')) pods.push(await start(service));
    const monitor = pods.at(-1)?.url ?? '';
    const environment = { ...env, CLOSING_BELL_HOME: folder, CLOSING_BELL_MONITOR_URL: monitor };
    const config = loadConfig(environment);
    const connection = connect({ config, environment, output: process.stdout, clock: () => new Date() });
    const run = async (span: readonly [string, string], forceRetrain = false): Promise<number> => {
      const sessions = calendarOf(config.exchange).sessionsBetween(...span);
      const { exchange, symbols } = config;
      const failures = await replay(connection, {
        exchange,
        sessions,
        symbols,
        forceRetrain,
        limitMilliseconds: 600_000,
      });
      if (failures.length > 0) throw new Error(`closes failed: ${JSON.stringify(failures.slice(0, 3))}`);
      return sessions.length;
    };
    const measured = async (
      predictor: ServicePod,
      span: readonly [string, string],
      tensorflow: boolean,
    ): Promise<Forecasts> => {
      const before = await forecastSeconds(predictor.url);
      await run(span);
      const after = await forecastSeconds(predictor.url);
      const count = after.count - before.count;
      const milliseconds = (1000 * (after.sum - before.sum)) / count;
      const loaded = predictor.container
        .processes()
        .some((pid) => readFileSync(`/proc/${pid}/maps`, 'utf8').includes('libtensorflow'));
      const megabytes = memoryOf(predictor);
      await predictor.container.stop();
      return { tensorflow, forecasts: count, milliseconds, megabytes, loaded };
    };
    const library = {
      source: join(source.contents, 'trainer/opt/closing-bell'),
      target: '/opt/closing-bell',
      readOnly: true,
    };
    const without = await start('predictor');
    pods.push(without);
    await run(TRAINED, true);
    const first = await measured(without, WITHOUT_TENSORFLOW, false);
    const withLibrary = await startServicePod(source, 'predictor', { env, mounts: [objects, library] });
    pods.push(withLibrary);
    const second = await measured(withLibrary, WITH_TENSORFLOW, true);
    await connection.close();
    return [first, second];
  } finally {
    await Promise.all(pods.map(({ container }) => container.stop()));
    await pubsub.stop();
  }
}

/** What the predictor's own histogram of its forecasts says. */
async function forecastSeconds(url: string): Promise<{ sum: number; count: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (name: string): number =>
    Number(new RegExp(`^closing_bell_forecast_seconds_${name}\\S* (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return { sum: value('sum'), count: value('count') };
}

const median = (ascending: readonly number[]): number => ascending[Math.floor(ascending.length / 2)] ?? NaN;

function report(sizes: readonly Size[], starts: readonly Start[], predictors: readonly Forecasts[]): void {
  const [load = NaN] = loadavg();
  const figures = { cores: cpus().length, node: process.version, load, sizes, starts, predictors };
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const [fewest, most] = [
    Math.min(...predictors.map((one) => one.forecasts)),
    Math.max(...predictors.map((one) => one.forecasts)),
  ];
  const page = [
    '<!-- Written by `make bench-images`. Do not edit. -->',
    '',
    '# The images, measured',
    '',
    `What the container images hold beside their base, and how the services start in a sandbox: ${figures.cores} cores, Node ${figures.node}; the load average at the end was ${load.toFixed(1)}, so other work may have slowed this down.`,
    '',
    '| image | dist MB | packages MB | TensorFlow MB | together MB | files |',
    '| --- | --- | --- | --- | --- | --- |',
    ...sizes.map(
      ({ image, dist, packages, tensorflow, files }) =>
        `| ${image} | ${megabytes(dist)} | ${megabytes(packages)} | ${megabytes(tensorflow)} | ${megabytes(dist + packages + tensorflow)} | ${files} |`,
    ),
    '',
    `From the execution of the container’s command to the first 200 of \`/health/ready\`: median and range of ${STARTS} starts each. Warm: the image’s files were read before; cold: the kernel had dropped them, but not Node’s. Memory is what is resident when a warm start is ready.`,
    '',
    '| service | warm ms | range | cold ms | range | memory MB |',
    '| --- | --- | --- | --- | --- | --- |',
    ...starts.map(({ service, warm, cold, megabytes: memory }) => {
      const of = (values: readonly number[]) =>
        `${median(values).toFixed(0)} | ${(values[0] ?? NaN).toFixed(0)}–${(values.at(-1) ?? NaN).toFixed(0)}`;
      return `| ${service} | ${of(warm)} | ${of(cold)} | ${median(memory).toFixed(0)} |`;
    }),
    '',
    `The predictor with TensorFlow’s library in reach and without, over ${fewest === most ? fewest : `${fewest} and ${most}`} closes of one symbol each, by its own \`closing_bell_forecast_seconds\`:`,
    '',
    '| TensorFlow in reach | mean ms a forecast | memory MB | library loaded |',
    '| --- | --- | --- | --- |',
    ...predictors.map(
      ({ tensorflow, milliseconds, megabytes: memory, loaded }) =>
        `| ${tensorflow ? 'yes' : 'no'} | ${milliseconds.toFixed(1)} | ${memory.toFixed(0)} | ${loaded ? 'yes' : 'no'} |`,
    ),
    '',
  ].join('\n');
  console.log(page);
  writeFileSync(`${OUTPUT}.md`, page);
  writeFileSync(`${OUTPUT}.json`, `${JSON.stringify(figures, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
