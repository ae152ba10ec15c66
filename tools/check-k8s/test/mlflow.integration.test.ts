import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../../../apps/cli/src/supervisor/free-port';
import { answersOk, type ServerProcess, startServerProcess } from '../../emulators/server-process';
import { describeOnMlflow } from '../../../libs/registry/test/mlflow/real-mlflow';

interface Deployment {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [
          { readonly args: readonly string[]; readonly env: readonly { name: string; value: string }[] },
        ];
      };
    };
  };
}

const START_MS = 300_000;
const MANIFEST = resolve('k8s/components/mlflow/mlflow.yaml');

/** HTTP status of an answer to a request that says another Host than the one it was sent to. */
function statusAs(host: string, url: string): Promise<number | undefined> {
  return new Promise((settle, reject) => {
    request(url, { headers: { host } }, (answer) => {
      answer.resume();
      settle(answer.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

describeOnMlflow('the MLflow server of the cluster', (mlflow) => {
  let folder: string;
  let server: ServerProcess;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-mlflow-pod-'));
    const data = join(folder, 'data');
    const home = join(folder, 'tmp');
    for (const path of [data, home]) mkdirSync(path);
    const deployment = parseAllDocuments(readFileSync(MANIFEST, 'utf8'))
      .map((document) => document.toJS() as Deployment)
      .find(({ kind }) => kind === 'Deployment');
    const [{ args, env }] = deployment!.spec.template.spec.containers;
    const port = await freePort(0);
    url = `http://127.0.0.1:${port}`;
    // As the pod has it, but for the addresses and folders of this machine.
    const [, ...words] = args.map((word) =>
      word
        .replace('--host=0.0.0.0', '--host=127.0.0.1')
        .replace('--port=5000', `--port=${port}`)
        .replace('/data', data),
    );
    const environment = Object.fromEntries(env.map(({ name, value }) => [name, value.replace('/tmp', home)]));
    server = await startServerProcess(
      {
        program: mlflow.python,
        arguments: ['-m', 'mlflow', ...words],
        environment: { ...environment, PATH: process.env['PATH'] },
        folder: home,
        limitMs: START_MS,
      },
      () => answersOk(`${url}/health`),
    );
  }, START_MS);

  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(['mlflow:5000', 'mlflow', 'localhost:8123', '127.0.0.1:8123'])('answers who calls it %s', async (host) => {
    expect(await statusAs(host, `${url}/api/2.0/mlflow/experiments/search?max_results=1`)).toBe(200);
  });

  it.each(['evil.example', 'mlflow.evil.example:5000', '10.0.0.7:5000'])('refuses who calls it %s', async (host) => {
    expect(await statusAs(host, `${url}/api/2.0/mlflow/experiments/search?max_results=1`)).toBe(403);
  });

  it('answers the probes, which ask by the pod’s address', async () => {
    expect(await statusAs('10.0.0.7:5000', `${url}/health`)).toBe(200);
    expect(await statusAs('10.0.0.7:5000', `${url}/version`)).toBe(200);
  });
});
