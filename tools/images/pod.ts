import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../apps/cli/src/supervisor/free-port';
import { type ImageDescriptions } from './dockerfile';
import { type ImageName } from './images';
import { type Container, type Mount, startContainer } from './sandbox';

/** The user that the Dockerfile names. */
const USER = 10001;
const POLL_MS = 5;
const READY_MS = 60_000;

/** What pods are made from. */
export interface PodSource {
  readonly dockerfile: ImageDescriptions;
  /** Folder with the content of each image under its name. */
  readonly contents: string;
  /** Folder in which each pod gets one of its own for /tmp. */
  readonly workspace: string;
}

/** What a pod sets beside its image. */
export interface PodOptions {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: readonly Mount[];
}

/** A container as the manifests will have it: read-only root, user 10001, a volume of its own at /tmp. */
export interface Pod {
  readonly container: Container;
  /** Paths below its /tmp, whoever wrote them. */
  written(): string[];
}

/** A service that has answered that it is ready. */
export interface ServicePod extends Pod {
  readonly url: string;
  /** From the execution of its command to the first 200 of /health/ready. */
  readonly readyAfterMs: number;
}

/** Starts a container of an image. */
export async function startPod(
  { dockerfile, contents, workspace }: PodSource,
  image: ImageName,
  options: PodOptions = {},
): Promise<Pod> {
  mkdirSync(workspace, { recursive: true });
  const tmp = mkdtempSync(join(workspace, `${image}-`));
  const container = await startContainer({
    image: { config: dockerfile.configOf(image), content: join(contents, image) },
    readOnlyRootFilesystem: true,
    user: USER,
    ...options,
    mounts: [{ source: tmp, target: '/tmp' }, ...(options.mounts ?? [])],
  });
  return { container, written: () => readdirSync(tmp, { recursive: true }).map(String).sort() };
}

/** Runs a command in a container of an image to its end. → its exit code and what it printed. */
export async function runInPod(
  source: PodSource,
  image: ImageName,
  options: PodOptions,
): Promise<{ code: number | null; output: string }> {
  const { container } = await startPod(source, image, options);
  const { code } = await container.ended;
  return { code, output: container.output };
}

/**
 * Starts a service, on a port of this machine alone, and waits until it is ready.
 *
 * @throws Error with what it printed, where it ends first or is not ready within a minute
 */
export async function startServicePod(
  source: PodSource,
  image: ImageName,
  options: PodOptions = {},
): Promise<ServicePod> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const pod = await startPod(source, image, {
    ...options,
    env: { ...options.env, CLOSING_BELL_HTTP_HOST: '127.0.0.1', CLOSING_BELL_HTTP_PORT: String(port) },
  });
  const { container } = pod;
  let hasEnded = false;
  void container.ended.then(() => (hasEnded = true));
  while (!(await isReady(url))) {
    const waited = performance.now() - container.startedAt;
    if (hasEnded || waited > READY_MS) {
      await container.stop(0);
      throw new Error(
        `The ${image} is not ready ${(waited / 1000).toFixed(0)} s after its start. It printed:\n${container.output}`,
      );
    }
    await pause(POLL_MS);
  }
  return { ...pod, url, readyAfterMs: performance.now() - container.startedAt };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}
