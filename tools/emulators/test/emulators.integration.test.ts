import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findEmulators } from '../emulators';
import { answersGrpc, answersOk } from '../server-process';

const ROOT = join(__dirname, '../../..');
const MAIN = join(ROOT, 'dist/tools/emulators/main.js');
const VARIABLES = 7;

describe('make emulators', () => {
  if (!existsSync(MAIN)) throw new Error('these tests run what is built: `make build` first');
  const found = findEmulators(ROOT);
  let child: ChildProcess | undefined;

  const run = (folder: string, environment: NodeJS.ProcessEnv = {}): ChildProcess => {
    child = spawn(process.execPath, [MAIN], {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return child;
  };
  const exitOf = (process: ChildProcess): Promise<number | null> => new Promise((done) => process.once('exit', done));

  afterEach(async () => {
    if (child === undefined || child.exitCode !== null) return;
    const gone = exitOf(child);
    child.kill('SIGTERM');
    await gone;
  });

  const whereInstalled = 'programs' in found ? it : it.skip;
  whereInstalled('leads to four servers that answer, and ends them all', async () => {
    const emulators = run(ROOT);
    const lines: string[] = [];
    for await (const line of createInterface({ input: emulators.stdout! })) if (lines.push(line) === VARIABLES) break;
    const variables: Record<string, string | undefined> = Object.fromEntries(
      lines.map((line): [string, string | undefined] => {
        const [, name = line, value] = /^export (\w+)=(.+)$/.exec(line) ?? [];
        return [name, value];
      }),
    );

    const grpc = [variables.PUBSUB_EMULATOR_HOST, variables.CLOSING_BELL_BIGQUERY_STORAGE_ENDPOINT];
    const pages = [
      `${variables.CLOSING_BELL_GCS_ENDPOINT}/storage/v1/b/${variables.CLOSING_BELL_OBJECTS?.slice('gs://'.length)}`,
      `${variables.CLOSING_BELL_BIGQUERY_ENDPOINT}/bigquery/v2/projects/closing-bell/datasets`,
      `${variables.MLFLOW_TRACKING_URI}/health`,
    ];
    for (const address of grpc) expect([address, await answersGrpc(address ?? '')]).toEqual([address, true]);
    for (const url of pages) expect([url, await answersOk(url)]).toEqual([url, true]);
    expect(variables.CLOSING_BELL_WAREHOUSE).toBe('bigquery://closing-bell/closing_bell');

    const gone = exitOf(emulators);
    emulators.kill('SIGINT');
    expect(await gone).toBe(0);
    for (const url of pages) await expect(answersOk(url)).rejects.toThrow();
  });

  it('names each that is not installed and how to get it', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'no-emulators-'));
    const emulators = run(empty, { EMULATOR_JAR: '/nowhere.jar', PATH: '' });
    let printed = '';
    emulators.stderr!.setEncoding('utf8').on('data', (text: string) => (printed += text));
    expect(await new Promise((done) => emulators.once('close', done))).toBe(1);
    rmSync(empty, { recursive: true });
    expect(printed.trim().split('\n')).toEqual([
      'Not installed:',
      "  Google's Pub/Sub emulator: EMULATOR_JAR is /nowhere.jar, which does not exist",
      '  fake-gcs-server: `make .cache/go/bin/fake-gcs-server`',
      '  the BigQuery emulator: `make .cache/bigquery-emulator/.installed`',
      '  MLflow: `make .cache/mlflow/.installed`',
    ]);
  });
});
