import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const KUSTOMIZATION = 'kustomization.yaml';

/** Everything in `k8s` that is applied by itself: the overlays, and what Config Connector is given. */
export function buildable(root = 'k8s/overlays'): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(KUSTOMIZATION))
    .map((path) => join(root, path.slice(0, -KUSTOMIZATION.length)).replace(/\/$/, ''))
    .filter((folder) => !/\/(place|keda)$/.test(folder))
    .sort();
}

/** The program that builds kustomizations, with its first arguments: `make check-k8s` brings one, and kubectl is one; undefined where there is none. */
export function findKustomize(path: string): readonly [string, ...string[]] | undefined {
  const own = '.cache/kubernetes/bin/kustomize';
  if (existsSync(own)) return [own, 'build'];
  const folders = path.split(delimiter);
  const found = (name: string) => folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  const [kustomize, kubectl] = [found('kustomize'), found('kubectl')];
  if (kustomize !== undefined) return [kustomize, 'build'];
  return kubectl === undefined ? undefined : [kubectl, 'kustomize'];
}

/** Builds a kustomization. → the objects as YAML. @throws Error with what the program said */
export function build([program, ...first]: readonly [string, ...string[]], folder: string): string {
  return execFileSync(program, [...first, folder], { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
}
