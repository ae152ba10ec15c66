import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../../../apps/cli/src/supervisor/free-port';
import {
  type BigQueryEmulatorProcess,
  findBigQueryEmulator,
  startBigQueryEmulator,
} from '../../bigquery-emulator/server';
import { answersGrpc } from '../../emulators/server-process';
import { ImageDescriptions } from '../../images/dockerfile';
import { type ImageName, IMAGES } from '../../images/images';
import { type Pod, type PodOptions, type PodSource, runInPod, startPod, startServicePod } from '../../images/pod';
import { sandboxProblem } from '../../images/sandbox';
import { build, buildable, findKustomize } from '../kustomize';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly securityContext: { readonly runAsUser: number };
        readonly containers: readonly [Container];
      };
    };
  };
}

const kustomize = findKustomize(process.env['PATH'] ?? '');
const bigQueryEmulator = findBigQueryEmulator(resolve('.'));
const problem =
  sandboxProblem() ??
  (kustomize === undefined ? 'kustomize is not there' : undefined) ??
  (bigQueryEmulator === undefined ? 'there is no emulator of BigQuery, which the monitor asks' : undefined);
const inSandboxes = problem === undefined ? describe : describe.skip;
const overlays = buildable().filter((folder) => !folder.endsWith('config-connector'));
/** Production's pods, scaled by something else. */
const SCALED_OTHERWISE = 'k8s/overlays/gke-production-hpa';
const TOKEN = 'a-token-that-is-long-enough';

inSandboxes(`the pods of the manifests${problem === undefined ? '' : ` (skipped: ${problem})`}`, () => {
  let folder: string;
  let source: PodSource;
  let tables: BigQueryEmulatorProcess;
  let started: Pod[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-pods-'));
    // The users of the containers look into folders below it.
    chmodSync(folder, 0o755);
    const contents = join(folder, 'contents');
    const dockerfile = new ImageDescriptions(readFileSync('Dockerfile', 'utf8'));
    source = { dockerfile, contents, workspace: join(folder, 'pods') };
    execFileSync(process.execPath, ['dist/tools/images/main.js', 'assemble', ...IMAGES, '--to', contents], {
      stdio: 'pipe',
    });
    if (bigQueryEmulator !== undefined)
      tables = await startBigQueryEmulator(bigQueryEmulator, { project: 'closing-bell' });
  }, 300_000);

  afterEach(async () => {
    await Promise.all(started.map(({ container }) => container.stop(0)));
    started = [];
  });

  afterAll(async () => {
    await tables?.stop();
    rmSync(folder, { recursive: true });
  });

  async function keep<P extends Pod>(pod: Promise<P>): Promise<P> {
    const running = await pod;
    started.push(running);
    return running;
  }

  /** What a pod's container is given: its arguments, its environment and its volumes, each volume a folder of this machine. */
  function optionsOf(
    objects: readonly Manifest[],
    { args, env = [], envFrom = [], volumeMounts }: Container,
  ): PodOptions {
    const settings = envFrom.map(({ configMapRef: { name } }) => {
      const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
      if (map?.data === undefined) throw new Error(`there is no ConfigMap ${name}`);
      return map.data;
    });
    const own = env.map(({ name, value }) => [name, value] as const);
    return {
      args,
      env: { ...Object.assign({}, ...settings), ...Object.fromEntries(own) } as Record<string, string>,
      mounts: volumeMounts
        .filter(({ mountPath }) => mountPath !== '/tmp')
        .map(({ name, mountPath }) => ({ source: volume(name), target: mountPath, readOnly: name === 'secrets' })),
    };
  }

  function volume(name: string): string {
    const path = join(folder, `volume-${name}`);
    mkdirSync(path, { recursive: true });
    if (name === 'secrets') writeFileSync(join(path, 'api-token'), `${TOKEN}\n`);
    return path;
  }

  /** The embedded server, as the overlay for this machine has it where it has one. → its address */
  async function startPubSub(objects: readonly Manifest[]): Promise<string> {
    const port = await freePort();
    const container = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'pubsub')?.spec
      ?.template?.spec.containers[0];
    const given = container && optionsOf(objects, container);
    const args = given?.args ?? ['node', 'dist/libs/local-pubsub/src/main.js', '--port', '8085'];
    // The network is this machine's, so that it listens for this machine alone and on a port that is free.
    const here = args.map((word) => (word === '8085' ? String(port) : word === '0.0.0.0' ? '127.0.0.1' : word));
    const { container: running } = await keep(startPod(source, 'tools', { ...given, args: here }));
    const address = `127.0.0.1:${port}`;
    if (!(await answersGrpc(address))) throw new Error(`No Pub/Sub at ${address}. It printed:\n${running.output}`);
    return address;
  }

  const objectsOf = (overlay: string): Manifest[] =>
    parseAllDocuments(build(kustomize!, overlay)).map((document) => document.toJS() as Manifest);

  const podsAmong = (objects: readonly Manifest[]): Manifest[] =>
    objects.filter(
      ({ kind, metadata }) =>
        kind === 'Deployment' && metadata.labels?.['app.kubernetes.io/part-of'] === 'closing-bell',
    );

  it('without KEDA are those of production', () => {
    const [one, other] = [SCALED_OTHERWISE, SCALED_OTHERWISE.replace('-hpa', '')].map(objectsOf);
    expect(podsAmong(one!)).toEqual(podsAmong(other!));
  });

  it.each(overlays.filter((overlay) => overlay !== SCALED_OTHERWISE))(
    'of %s start, and end when told to',
    async (overlay) => {
      const objects = objectsOf(overlay);
      const pods = podsAmong(objects);
      expect(pods).toHaveLength(5);
      // Where Google would answer, emulators do.
      const elsewhere = {
        PUBSUB_EMULATOR_HOST: await startPubSub(objects),
        CLOSING_BELL_BIGQUERY_ENDPOINT: tables.url,
        CLOSING_BELL_BIGQUERY_STORAGE_ENDPOINT: tables.grpcAddress,
      };
      const settings = objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
      if (settings['CLOSING_BELL_WAREHOUSE']?.startsWith('bigquery:')) {
        // The dataset is there before the services are; the bucket is looked at by no service that starts.
        const env = { ...settings, ...elsewhere, CLOSING_BELL_OBJECTS: 'file:///tmp/objects' };
        const command = ['node', 'dist/apps/cli/src/main.js'];
        expect(await runInPod(source, 'tools', { command, args: ['setup'], env })).toMatchObject({ code: 0 });
      }
      for (const { metadata, spec } of pods) {
        const { securityContext, containers } = spec!.template!.spec;
        const [container] = containers;
        expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
        expect(securityContext.runAsUser).toBe(10001);
        expect(container.image.split('/').at(-1)?.split(':')[0]).toBe(metadata.name);
        const options = optionsOf(objects, container);
        const env: Record<string, string> = { ...options.env, ...elsewhere };
        const pod = await keep(startServicePod(source, metadata.name as ImageName, { ...options, env }));
        if (env['CLOSING_BELL_API_TOKEN_FILE'] !== undefined) {
          const statusWith = async (token: string) => {
            const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
            return (await fetch(`${pod.url}/api/replays`, { method: 'POST', headers, body: '{}' })).status;
          };
          // With the token from the mounted file what is asked for is looked at, and says nothing.
          expect(await Promise.all([statusWith('another-token-that-is-long'), statusWith(TOKEN)])).toEqual([401, 400]);
        }
        expect(await pod.container.stop()).toMatchObject({ code: 0 });
      }
    },
    300_000,
  );
});
