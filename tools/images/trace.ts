import { nodeFileTrace, type NodeFileTraceOptions, resolve } from '@vercel/nft';
import { lstatSync, realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';

/** The files that processes need, as the image has them below /app. */
export interface TracedFiles {
  /** Path in the image → file on this machine. Paths begin with dist/ or node_modules/, or are package.json. */
  readonly files: ReadonlyMap<string, string>;
}

/** Files that are read once for several traces. */
export type TraceCache = object;

/**
 * Follows what files require, import and name as beside them, as far as that lies in the built project or its packages: what a
 * developer's machine has elsewhere never comes along.
 *
 * @param root folder of package.json, node_modules and dist; node_modules may be a link
 * @param entries files below dist
 * @param latePackages packages that no file names where a reader finds it
 */
export async function trace(
  root: string,
  entries: readonly string[],
  latePackages: readonly string[],
  cache: TraceCache = {},
): Promise<TracedFiles> {
  const project = realpathSync(root);
  // Packages are known by their real place.
  const packages = realpathSync(join(root, 'node_modules'));
  const places: readonly (readonly [string, string])[] = [
    [join(project, 'dist'), 'dist'],
    [packages, 'node_modules'],
  ];
  const inImage = (file: string): string | undefined => {
    if (file === join(project, 'package.json')) return 'package.json';
    for (const [folder, name] of places) {
      if (file.startsWith(folder + sep)) return join(name, relative(folder, file));
    }
    return undefined;
  };
  const { fileList } = await nodeFileTrace(
    [
      ...entries.map((entry) => join(project, 'dist', entry)),
      ...latePackages.map((name) => require.resolve(name, { paths: [project] })),
    ],
    {
      base: '/',
      processCwd: project,
      // Some packages have both kinds of modules, and files of one that name the other.
      mixedModules: true,
      resolve: resolveAsNodeDoes,
      ignore: (path) => inImage(`/${path}`) === undefined,
      cache,
    },
  );
  const files = new Map<string, string>();
  for (const path of [...fileList].sort()) {
    const file = `/${path}`;
    const target = inImage(file);
    if (target !== undefined && lstatSync(file).isFile()) files.set(target, file);
  }
  return { files };
}

/**
 * What the library finds, and for `require` also what this very Node takes: of a package's exports it knows conditions, such as module-sync,
 * that the library does not see everywhere.
 */
const resolveAsNodeDoes: NonNullable<NodeFileTraceOptions['resolve']> = async (id, parent, job, isRequire) => {
  const found = [await resolve(id, parent, job, isRequire)].flat();
  if (!isRequire || isBuiltin(id)) return found;
  return [...new Set([...found, createRequire(parent).resolve(id)])];
};
