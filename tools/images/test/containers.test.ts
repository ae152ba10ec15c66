import { SERVICES } from '@closing-bell/contracts';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../libs/platform/src/config/config';
import { findTensorFlow } from '../../../libs/forecasting/src/lstm/tensorflow/find-tensorflow';
import { freePort } from '../../../apps/cli/src/supervisor/free-port';
import {
  type BigQueryEmulatorProcess,
  findBigQueryEmulator,
  startBigQueryEmulator,
} from '../../bigquery-emulator/server';
import { answersGrpc } from '../../emulators/server-process';
import { findFakeGcs, type FakeGcsProcess, startFakeGcs } from '../../fake-gcs/server';
import { ImageDescriptions } from '../dockerfile';
import { type ImageName, IMAGES } from '../images';
import {
  type Pod,
  type PodOptions,
  type PodSource,
  runInPod,
  type ServicePod,
  startPod,
  startServicePod,
} from '../pod';
import { sandboxProblem, startContainer } from '../sandbox';

const ROOT = join(__dirname, '../../..');
const SESSION = '2020-03-16';
const COMMAND_LINE = ['node', 'dist/apps/cli/src/main.js'];
const PUBSUB = ['node', 'dist/libs/local-pubsub/src/main.js'];

const problem = sandboxProblem();
const inSandboxes = problem === undefined ? describe : describe.skip;
const fakeGcs = findFakeGcs(ROOT);
const bigQueryEmulator = findBigQueryEmulator(ROOT);
const onEmulators = fakeGcs !== undefined && bigQueryEmulator !== undefined ? describe : describe.skip;

inSandboxes(`containers of the assembled images${problem === undefined ? '' : ` (skipped: ${problem})`}`, () => {
  let folder: string;
  let source: PodSource;
  let started: Pod[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-images-'));
    // The users of the containers look into folders below it.
    chmodSync(folder, 0o755);
    const contents = join(folder, 'contents');
    const dockerfile = new ImageDescriptions(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
    source = { dockerfile, contents, workspace: join(folder, 'pods') };
    const assemble = ['dist/tools/images/main.js', 'assemble', ...IMAGES, '--to', contents];
    execFileSync(process.execPath, assemble, { cwd: ROOT, stdio: 'pipe' });
  }, 300_000);

  afterEach(async () => {
    await Promise.all(started.map(({ container }) => container.stop(0)));
    started = [];
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  async function keep<P extends Pod>(pod: Promise<P>): Promise<P> {
    const running = await pod;
    started.push(running);
    return running;
  }

  /** The embedded server, with its journal in a volume. → its address */
  async function startPubSub(): Promise<string> {
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const journal = newFolder('journal');
    const args = ['--port', String(port), '--data', '/data'];
    const options = { command: PUBSUB, args, mounts: [{ source: journal, target: '/data' }] };
    const { container } = await keep(startPod(source, 'tools', options));
    if (!(await answersGrpc(address))) throw new Error(`No Pub/Sub at ${address}. It printed:\n${container.output}`);
    return address;
  }

  function newFolder(name: string): string {
    return mkdtempSync(join(folder, `${name}-`));
  }

  /** Starts all five with what each is given. */
  async function startServices(optionsOf: (image: ImageName) => PodOptions): Promise<Record<string, ServicePod>> {
    const starts = SERVICES.map(
      async (name) => [name, await keep(startServicePod(source, name, optionsOf(name)))] as const,
    );
    // Where one fails, the others are still to be stopped.
    await Promise.allSettled(starts);
    return Object.fromEntries(await Promise.all(starts));
  }

  /** The command line in a container of its own. → what it printed */
  async function closingBell(args: readonly string[], options: PodOptions): Promise<string> {
    const { code, output } = await runInPod(source, 'tools', { ...options, command: COMMAND_LINE, args });
    if (code !== 0) throw new Error(`closing-bell ${args.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }

  async function stopped(pods: Record<string, ServicePod>): Promise<Record<string, unknown>> {
    const ends = Object.entries(pods).map(async ([name, { container }]) => [name, (await container.stop()).code]);
    return Object.fromEntries(await Promise.all(ends)) as Record<string, unknown>;
  }

  const each = (value: unknown) => Object.fromEntries(SERVICES.map((name) => [name, value]));

  it('has nothing of this machine in reach but what the image and its base hold, and writes to its volumes alone', async () => {
    const script = `
      const fs = require('fs');
      const refused = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; } };
      console.log(JSON.stringify({
        user: [process.getuid(), process.getgid(), ...process.getgroups()],
        folders: fs.readdirSync('/'),
        variables: Object.keys(process.env).filter((name) => !name.startsWith('CLOSING_BELL_')),
        processes: fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)),
        files: ['/file', '/app/file', '/opt/file', '/etc/file', '/tmp/file'].map(refused),
      }));`;
    const { output } = await runInPod(source, 'trainer', { command: ['node', '-e', script] });
    const { user, folders, variables, processes, files } = JSON.parse(output) as Record<string, unknown[]>;
    expect(user).toEqual([10001, 10001, 10001]);
    expect(folders).toEqual(expect.arrayContaining(['app', 'tmp']));
    for (const name of ['root', 'home', 'work', 'mnt', 'bin']) expect(folders).not.toContain(name);
    expect(variables?.sort()).toEqual(['HOME', 'HOSTNAME', 'NODE_ENV', 'PATH']);
    expect(processes).toEqual(['1']);
    const hasOpt = existsSync(join(source.contents, 'trainer/opt'));
    expect(files).toEqual(['EROFS', 'EROFS', hasOpt ? 'EROFS' : 'ENOENT', 'EROFS', 'written']);
  });

  it('says what was printed where a container cannot be set up', async () => {
    const image = { config: source.dockerfile.configOf('ingestor'), content: join(source.contents, 'ingestor') };
    const missing = join(folder, 'missing-content');
    mkdirSync(join(missing, 'app'), { recursive: true });
    const mounts = [{ source: join(folder, 'no-such-folder'), target: '/data', readOnly: true }];
    const container = startContainer({ image, mounts, readOnlyRootFilesystem: true, user: 10001 });
    await expect(container).rejects.toThrow(/cannot be set up[^]*no-such-folder/);
  });

  it('runs a close through all five, with a training, and ends by SIGTERM with nothing left in /tmp', async () => {
    const PUBSUB_EMULATOR_HOST = await startPubSub();
    const objects = { source: newFolder('objects'), target: '/data' };
    const warehouse = { source: newFolder('warehouse'), target: '/warehouse' };
    const env = { PUBSUB_EMULATOR_HOST, CLOSING_BELL_OBJECTS: 'file:///data/objects', CLOSING_BELL_LSTM_EPOCHS: '1' };
    const pods = await startServices((name) => ({
      env: { ...env, CLOSING_BELL_WAREHOUSE: 'duckdb:/warehouse/warehouse.duckdb' },
      mounts: name === 'monitor' ? [objects, warehouse] : [objects],
    }));
    const monitor = pods['monitor']?.url ?? '';

    for (const name of SERVICES) {
      const { healthcheck } = source.dockerfile.configOf(name);
      const port = new URL(pods[name]?.url ?? '').port;
      const check = { command: healthcheck ?? [], env: { CLOSING_BELL_HTTP_PORT: port } };
      expect(await runInPod(source, name, check)).toEqual({ code: 0, output: '' });
    }
    const nowhere = { env: { CLOSING_BELL_HTTP_PORT: String(await freePort()) } };
    const { healthcheck: command = [] } = source.dockerfile.configOf('ingestor');
    expect((await runInPod(source, 'ingestor', { ...nowhere, command })).code).toBe(1);

    const asked = { env: { ...env, CLOSING_BELL_MONITOR_URL: monitor }, mounts: [objects] };
    await closingBell(['replay', '--from', SESSION, '--to', SESSION, '--force-retrain', '--json'], asked);
    const forecast = JSON.parse(await closingBell(['forecast', '^GSPC', '--json'], asked)) as { origin?: string };
    expect(JSON.stringify(forecast)).toContain(SESSION);
    const { cache } = loadConfig(process.env);
    const { tensorflow } = findTensorFlow(cache) ?? {};
    const engine = tensorflow === undefined ? 'wasm' : `TensorFlow ${tensorflow}`;
    expect(await closingBell(['models', 'show', '^GSPC', '--version', '1'], asked)).toContain(`| engine | ${engine}`);

    const page = await fetch(monitor, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    const assets = [...(await page.text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(assets.length).toBeGreaterThan(1);
    const ofDocs = [
      '',
      '/swagger-ui.css',
      '/swagger-ui-bundle.js',
      '/swagger-ui-standalone-preset.js',
      '/favicon-32x32.png',
    ];
    for (const path of [...assets, ...ofDocs.map((file) => `/api/docs${file}`), '/api/openapi.json']) {
      expect({ path, status: (await fetch(`${monitor}${path}`)).status }).toEqual({ path, status: 200 });
    }

    expect(await stopped(pods)).toEqual(each(0));
    expect(Object.fromEntries(Object.entries(pods).map(([name, pod]) => [name, pod.written()]))).toEqual(each([]));
  });

  it.each(SERVICES)('finds all that the %s loads for Google, and lacks credentials alone', async (name) => {
    const script = `
      // Google's client also rejects a promise that nobody can have.
      process.on('unhandledRejection', () => undefined);
      const end = (error) => { let text = ''; for (let e = error; e; e = e.cause) text += e.message + '\\n'; return text; };
      const { openObjectStore } = require('/app/dist/libs/storage/src');
      const { connectPubSub } = require('/app/dist/libs/messaging/src');
      const asked = {
        objects: openObjectStore('gs://no-bucket').read('key'),
        topics: connectPubSub({ projectId: 'no-project' }).getTopics({ autoPaginate: false, gaxOptions: { timeout: 5000, retry: null } }),
        ...(${name === 'monitor'} && {
          tables: require('/app/dist/libs/warehouse/src').openWarehouse('bigquery://no-project/none', { patienceMs: 5000 }),
        }),
      };
      Promise.all(Object.entries(asked).map(([what, answer]) => answer.then(() => [what, 'answered'], (error) => [what, end(error)])))
        .then((answers) => { console.log(JSON.stringify(Object.fromEntries(answers))); process.exit(); });`;
    const env = { GOOGLE_APPLICATION_CREDENTIALS: '/tmp/no-credentials.json' };
    const { output } = await runInPod(source, name, { command: ['node', '-e', script], env });
    const answers = JSON.parse(output) as Record<string, string>;
    expect(Object.keys(answers)).toEqual(['objects', 'topics', ...(name === 'monitor' ? ['tables'] : [])]);
    for (const answer of Object.values(answers)) expect(answer).toContain('no-credentials.json');
  });

  onEmulators(`on the emulators of Cloud Storage and BigQuery`, () => {
    let objects: FakeGcsProcess;
    let tables: BigQueryEmulatorProcess;

    beforeAll(async () => {
      if (fakeGcs === undefined || bigQueryEmulator === undefined) return;
      [objects, tables] = await Promise.all([
        startFakeGcs(fakeGcs),
        startBigQueryEmulator(bigQueryEmulator, { project: 'closing-bell' }),
      ]);
    });

    afterAll(async () => void (await Promise.all([objects?.stop(), tables?.stop()])));

    it('runs a close through all five with the adapters for Google', async () => {
      const env = {
        PUBSUB_EMULATOR_HOST: await startPubSub(),
        CLOSING_BELL_OBJECTS: 'gs://closing-bell',
        CLOSING_BELL_GCS_ENDPOINT: objects.url,
        CLOSING_BELL_WAREHOUSE: 'bigquery://closing-bell/closing_bell',
        CLOSING_BELL_BIGQUERY_ENDPOINT: tables.url,
        CLOSING_BELL_BIGQUERY_STORAGE_ENDPOINT: tables.grpcAddress,
        CLOSING_BELL_LSTM_EPOCHS: '1',
        // The other test has TensorFlow.
        CLOSING_BELL_ENGINE: 'wasm',
      };
      await closingBell(['setup'], { env });
      const pods = await startServices(() => ({ env }));
      const asked = { env: { ...env, CLOSING_BELL_MONITOR_URL: pods['monitor']?.url ?? '' } };
      await closingBell(['replay', '--from', SESSION, '--to', SESSION, '--force-retrain', '--json'], asked);
      expect(await closingBell(['forecast', '^GSPC', '--json'], asked)).toContain(SESSION);
      expect(await stopped(pods)).toEqual(each(0));
      expect(Object.fromEntries(Object.entries(pods).map(([name, pod]) => [name, pod.written()]))).toEqual(each([]));
    });
  });
});
