import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  findTensorFlow,
  READY_FILE,
  tensorFlowFolder,
} from '../../libs/forecasting/src/lstm/tensorflow/find-tensorflow';
import { WHEELS } from '../tensorflow/wheel';
import { LockFile } from './packages';
import { type Component, npmComponent } from './sbom';

/** A file of TensorFlow: a file of this machine, or a link to one beside it. */
export type TensorFlowFile = { readonly file: string } | { readonly link: string };

/** TensorFlow as the services load it. */
export interface TensorFlowContent {
  /** Path below the cache folder → what is there. */
  readonly files: ReadonlyMap<string, TensorFlowFile>;
  readonly components: readonly Component[];
}

/**
 * Of a provisioned TensorFlow, what a training process opens: the addon, the libraries that it is linked with, and the file that says that all is
 * there. TensorFlow.js around them and what was left by the build stay behind.
 *
 * @param cache the project's cache; see tools/tensorflow
 * @param lock folder of the lock file that pins tfjs-node
 * @returns undefined where none is provisioned
 */
export function tensorFlowContent(cache: string, lock: string): TensorFlowContent | undefined {
  const installation = findTensorFlow(cache);
  if (installation === undefined) return undefined;
  const { module, addon, tensorflow, source } = installation;
  const files = new Map<string, TensorFlowFile>();
  const add = (path: string): void => {
    const isLink = lstatSync(path).isSymbolicLink();
    files.set(relative(cache, path), isLink ? { link: readlinkSync(path) } : { file: path });
  };
  add(join(tensorFlowFolder(cache), READY_FILE));
  add(addon);
  const libraries = join(module, 'deps/lib');
  for (const name of readdirSync(libraries)) add(join(libraries, name));
  const wheel = source === 'wheel' ? WHEELS[`${process.platform}-${process.arch}`] : undefined;
  const [name = 'libtensorflow'] = wheel?.requirement.split('==') ?? [];
  const purl = `pkg:${wheel === undefined ? 'generic' : 'pypi'}/${name}@${tensorflow}`;
  const library: Component = {
    type: 'library',
    'bom-ref': purl,
    name,
    version: tensorflow,
    licenses: [{ expression: 'Apache-2.0' }],
    ...(wheel === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: wheel.sha256 }] }),
    purl,
  };
  const addonPackage = new LockFile(lock).packageIn('node_modules/@tensorflow/tfjs-node');
  return { files, components: [npmComponent(addonPackage), library] };
}
