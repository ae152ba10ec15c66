import { canonicalJson, PermanentError, type Reference } from '@closing-bell/contracts';
import { sha256Of } from '@closing-bell/storage';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type NewModel } from '../model-registry';
import { readChecked } from './artifact-reading';
import { type ArtifactStore } from './artifact-store';
import { MANIFEST_FILE } from './model-files';

const FOLDER = MANIFEST_FILE.slice(0, MANIFEST_FILE.lastIndexOf('/'));

/** What a version was registered with; of its files, where they lie beside the manifest and what they hash to. */
export type Manifest = Omit<NewModel, 'files'> & {
  readonly files: Readonly<Record<string, { readonly path: string; readonly sha256: string }>>;
};

/** A model's own files byte for byte and its manifest, by path within its logged model. */
export function manifestFiles({ files, ...model }: NewModel): Record<string, Buffer> {
  const manifest: Manifest = {
    ...model,
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, { path: `files/${name}`, sha256: sha256Of(bytes) }]),
    ),
  };
  const own = Object.entries(files).map(([name, bytes]) => [`${FOLDER}/files/${name}`, bytes] as const);
  return { ...Object.fromEntries(own), [MANIFEST_FILE]: Buffer.from(canonicalJson(manifest)) };
}

/** The manifest of a logged model that is ready, which has one. artifactUri: where the logged model's files lie. */
export async function manifestOf(
  artifacts: ArtifactStore,
  artifactUri: string,
): Promise<{ readonly manifest: Manifest; readonly artifact: Reference }> {
  const uri = `${artifactUri}/${MANIFEST_FILE}`;
  const bytes = await artifacts.get(MANIFEST_FILE);
  if (bytes === undefined) throw missing(uri);
  return { manifest: parsed(bytes), artifact: { uri: absoluteUri(uri), sha256: sha256Of(bytes) } };
}

/** Where the files lie of the logged model that a manifest is of. @throws PermanentError `missing-object` */
export function artifactUriOf({ uri }: Reference): string {
  if (!uri.endsWith(`/${MANIFEST_FILE}`)) throw missing(uri);
  return uri.slice(0, -MANIFEST_FILE.length - 1);
}

/** @throws PermanentError `missing-object`, `corrupt-object` */
export async function readManifest(artifacts: ArtifactStore, artifact: Reference): Promise<Manifest> {
  return parsed(await readChecked(artifacts, MANIFEST_FILE, artifact));
}

/** The files that a manifest tells of. @throws PermanentError `missing-object`, `corrupt-object` */
export async function readFiles(
  artifacts: ArtifactStore,
  artifactUri: string,
  { files }: Manifest,
): Promise<Record<string, Buffer>> {
  const read = Object.entries(files).map(async ([name, { path, sha256 }]) => {
    const place = `${FOLDER}/${path}`;
    return [name, await readChecked(artifacts, place, { uri: `${artifactUri}/${place}`, sha256 })] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Messages carry addresses with an authority, which MLflow leaves out where it is empty: `mlflow-artifacts:/1` → `mlflow-artifacts:///1`. */
function absoluteUri(uri: string): string {
  return isAbsolute(uri) ? pathToFileURL(uri).href : uri.replace(/^([a-z][a-z0-9+.-]*):\/(?!\/)/i, '$1:///');
}

function parsed(bytes: Buffer): Manifest {
  return JSON.parse(bytes.toString('utf8')) as Manifest;
}

function missing(uri: string): PermanentError {
  return new PermanentError(
    `${uri} is no model in MLflow. Was it registered before the registry was moved to MLflow, or by something else?`,
    { reason: 'missing-object', uri },
  );
}
