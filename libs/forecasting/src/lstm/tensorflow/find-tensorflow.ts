import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version of tfjs-node that the engine is written for. */
export const TFJS_NODE_VERSION = '4.22.0';

/** A complete tfjs-node, outside of the project's packages. */
export interface TensorFlowInstallation {
  /** Version of tfjs-node. */
  readonly tfjsNode: string;
  /** Version of TensorFlow, as its library tells it. */
  readonly tensorflow: string;
  /** Where the library comes from: tfjs-node's own download, or TensorFlow's package for Python. */
  readonly source: 'download' | 'wheel';
  /** Folder of the package tfjs-node. */
  readonly module: string;
  /** Its addon, the `.node` file. */
  readonly addon: string;
}

/** What is written last in an installation's folder, with its paths relative to the folder. */
export const READY_FILE = 'ready.json';

/**
 * Folder of the installation that serves this process, in the project's cache. Its name changes with everything that an addon is
 * built for, so that another version never meets an old one's files.
 */
export function tensorFlowFolder(cacheFolder: string): string {
  const key = [`tfjs-node-${TFJS_NODE_VERSION}`, process.platform, process.arch, `abi-${process.versions.modules}`];
  return join(cacheFolder, 'tensorflow', key.join('-'));
}

/** The installation in the project's cache, if it is complete. */
export function findTensorFlow(cacheFolder: string): TensorFlowInstallation | undefined {
  const folder = tensorFlowFolder(cacheFolder);
  let ready: TensorFlowInstallation;
  try {
    ready = JSON.parse(readFileSync(join(folder, READY_FILE), 'utf8')) as TensorFlowInstallation;
  } catch {
    return undefined;
  }
  const addon = join(folder, ready.addon);
  return existsSync(addon) ? { ...ready, module: join(folder, ready.module), addon } : undefined;
}
