import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type ContentName, contentOf, type LateFiles } from './images';
import { LockFile, packageFolderOf } from './packages';
import { npmComponent, sbom } from './sbom';
import { tensorFlowContent, type TensorFlowFile } from './tensorflow';
import { trace, type TraceCache } from './trace';

/** Where the services are in an image, and where what `CLOSING_BELL_CACHE` names is. */
const APP = 'app';
const CACHE = 'opt/closing-bell';

/** Whoever passes a package on passes these on. */
const LICENCES = /^(licen[cs]e|notice|copying|copyright)/i;

/** What images are made from. */
export interface AssembleOptions {
  /** Folder of package.json, package-lock.json, node_modules and the build. */
  readonly root: string;
  /** The project's cache, which has TensorFlow. */
  readonly cache: string;
  /**
   * Fails where TensorFlow is to be in the image and the cache has none; otherwise it is left out, as where there is none for the processor.
   */
  readonly requireTensorFlow: boolean;
  /** Files that several images have are read once. */
  readonly traces?: TraceCache;
}

/**
 * Puts the files of an image into a folder as they lie below the image's root: /app, and /opt/closing-bell where TensorFlow is in it. The
 * same build gives the same files, whoever assembles it.
 *
 * @param to folder that is not there yet, or is empty
 * @throws Error where the project is not built, something is missing, or `to` holds something
 */
export async function assemble(name: ContentName, to: string, options: AssembleOptions): Promise<void> {
  const { root, cache, requireTensorFlow } = options;
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new Error(`${to} holds something already: name another folder, or remove it`);
  const { entries, latePackages, late, sources = [], tensorflow } = contentOf(name);
  for (const entry of entries) {
    if (!existsSync(join(root, 'dist', entry))) throw new Error(`dist/${entry} is not there: run \`make build\` first`);
  }
  const files = new Map((await trace(root, entries, latePackages, options.traces)).files);
  for (const [path, file] of late.flatMap((some) => lateFiles(root, some))) files.set(path, file);
  for (const source of sources) files.set(source, join(root, source));
  const folders = new Set([...files.keys()].flatMap((path) => packageFolderOf(path) ?? []));
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder))) {
      const file = join(root, folder, entry);
      if (LICENCES.test(entry) && statSync(file).isFile()) files.set(join(folder, entry), file);
    }
  }
  for (const [path, file] of files) put(join(to, APP, path), { file });
  put(join(to, APP, 'LICENSE'), { file: join(root, 'LICENSE') });

  const lock = new LockFile(root);
  const components = [...folders].map((folder) => npmComponent(lock.packageIn(folder)));
  if (tensorflow) {
    const content = tensorFlowContent(cache, join(root, 'tools/tensorflow/lock'));
    if (content === undefined && requireTensorFlow) {
      throw new Error(
        `${cache} has no TensorFlow for the ${name}: run \`make tensorflow\`, or assemble without --require`,
      );
    }
    for (const [path, file] of content?.files ?? []) put(join(to, CACHE, path), file);
    components.push(...(content?.components ?? []));
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  writeFileSync(join(to, APP, 'sbom.cdx.json'), sbom({ name: `closing-bell/${name}`, version }, components));
}

function lateFiles(root: string, { package: name, files }: LateFiles): (readonly [string, string])[] {
  const folder = join(root, 'node_modules', name);
  const found = filesIn(folder)
    .map((file) => relative(folder, file))
    .filter((file) => files.test(file));
  if (found.length === 0)
    throw new Error(`${folder} has no file like ${files}: tools/images/images.ts says what is looked for`);
  return found.map((file) => [join('node_modules', name, file), join(folder, file)]);
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** Readable by everybody, writable by its owner alone, whatever it was like where it comes from. */
function put(path: string, content: TensorFlowFile): void {
  mkdirSync(dirname(path), { recursive: true });
  if ('link' in content) return symlinkSync(content.link, path);
  copyFileSync(content.file, path);
  chmodSync(path, 0o644);
}
