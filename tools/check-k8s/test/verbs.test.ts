import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { System } from '../../../apps/cli/test/system';

const MAIN = resolve('dist/apps/cli/src/main.js');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'closing-bell-verbs-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, ['#!/usr/bin/env bash', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

describe('a verb of GKE', () => {
  const run = (verb: string, ...settings: string[]) => {
    for (const name of ['gcloud', 'bq', 'kubectl']) program(name, [`echo "${name} $*" >> ${folder}/calls`, 'exit 9']);
    const made = ['node_modules/.installed', 'dist/.built', 'dist/web/index.html'].flatMap((file) => ['-o', file]);
    return spawnSync('make', [...made, '--no-print-directory', verb, ...settings], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, MAKEFLAGS: '' },
    });
  };
  const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '');

  it.each([
    ['cluster', 'gcloud container clusters create-auto closing-bell --project=my-project-staging', []],
    ['resources', 'gcloud pubsub topics create market-closed', []],
    ['resources', 'apply -k k8s/overlays/gke-staging/config-connector', ['WITH=config-connector']],
    ['deploy', 'apply -k .closing-bell/deploy/gke-staging', ['TAG=abc123']],
    ['status', 'get deployments,pods', []],
    ['replay', 'npx closing-bell replay --from 2026-11-02 --to 2026-11-06', ['FROM=2026-11-02', 'TO=2026-11-06']],
    ['logs', "--selector='app.kubernetes.io/part-of=closing-bell,app.kubernetes.io/name=trainer'", ['SERVICE=trainer']],
    ['dashboard', 'port-forward --address=127.0.0.1 service/monitor 8400:80', []],
    ['rollback', 'rollout undo deployment/$service', []],
    ['destroy', 'gcloud container clusters delete closing-bell', []],
    ['place', 's/^PROJECT=.*/PROJECT=an-id/', ['PROJECT=an-id', 'REGION=europe-west1']],
  ])('%s shows what it would run (%s), and in a dry run runs nothing', (verb, shown, settings) => {
    const { status, stdout, stderr } = run(verb, 'DRY_RUN=1', 'ENVIRONMENT=gke-staging', ...settings);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('+ '));
    expect(lines.some((line) => line.includes(shown))).toBe(true);
    expect(calls()).toBe('');
  });

  it('refuses a place that nobody has filled in', () => {
    const { status, stderr } = run('deploy', 'ENVIRONMENT=gke-staging');
    expect(status).not.toBe(0);
    expect(stderr).toContain('k8s/overlays/gke-staging/place.env still says my-project-staging: make place');
    expect(calls()).toBe('');
  });

  it('deletes no cluster that was not named', () => {
    const { status, stderr } = run('destroy', 'ENVIRONMENT=gke-staging', 'CLUSTER_PROJECT=a-project');
    expect(status).not.toBe(0);
    expect(stderr).toContain('Say so: make destroy ENVIRONMENT=gke-staging CONFIRM=a-project');
    expect(calls()).toBe('');
  });

  it('stops where the command fails that it runs', () => {
    const { status } = run('dashboard', 'ENVIRONMENT=gke-staging');
    expect(status).not.toBe(0);
    expect(calls()).toContain('port-forward');
  });
});

describe('a command against a cluster', () => {
  const through = (kubectl: string, ...command: string[]) =>
    new Promise<{ code: number | null; output: string }>((done) => {
      const environment = { PATH: process.env['PATH'], CLOSING_BELL_HOME: join(folder, 'elsewhere') };
      const child = spawn('bash', ['k8s/with-monitor.sh', kubectl, 'local', ...command], { env: environment });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text: Buffer) => (output += text.toString()));
      child.once('close', (code) => done({ code, output }));
    });

  it('replays a close there, through ports that lead there while it runs, whatever runs here', async () => {
    const home = join(folder, 'there');
    const system = new System(home, { CLOSING_BELL_LSTM_UNITS: '4', CLOSING_BELL_LSTM_EPOCHS: '1' });
    await system.start();
    try {
      const { pubsub, services } = system.addresses();
      const ports = { monitor: new URL(services['monitor'] ?? '').port, pubsub: pubsub.split(':').at(-1) };
      // Stands in for kubectl: says where the service is reached, and stays until it is ended.
      const kubectl = program('kubectl', [
        'service=${4#service/}',
        `case "$service" in monitor) port=${ports.monitor} ;; pubsub) port=${ports.pubsub} ;; *) exit 1 ;; esac`,
        'echo "Forwarding from 127.0.0.1:$port -> ${5#:}"',
        `echo $$ >> ${folder}/forwards`,
        'exec sleep 600',
      ]);
      const replayed = await through(
        `${kubectl} --namespace=closing-bell`,
        ...[process.execPath, MAIN, 'replay', '--from', '2020-03-16', '--to', '2020-03-16', '--json'],
      );
      expect(replayed.output).toContain('"failures": []');
      expect(replayed.code).toBe(0);
      const status = await system.run('status', '--json');
      expect(JSON.parse(status.output)).toMatchObject({ sessions: [{ session: '2020-03-16', forecasts: 1 }] });
      const forwards = readFileSync(join(folder, 'forwards'), 'utf8').trim().split('\n').map(Number);
      expect(forwards).toHaveLength(2);
      for (const pid of forwards) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    } finally {
      await system.stop();
    }
  }, 240_000);

  it('tells why the cluster cannot be reached', async () => {
    const kubectl = program('kubectl', [
      'echo "error: the server could not find the requested resource" >&2',
      'exit 1',
    ]);
    const { code, output } = await through(`${kubectl} --namespace=closing-bell`, 'true');
    expect(code).toBe(1);
    expect(output).toContain('The service monitor cannot be reached: error: the server could not find');
  });
});
