import { PermanentError } from '@closing-bell/contracts';
import { type ObjectStore, openObjectStore } from '@closing-bell/storage';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MlflowConnection } from './mlflow-connection';
import { ObjectArtifacts } from './object-artifacts';
import { ProxiedArtifacts } from './proxied-artifacts';

/** The files of a run or of a logged model. Paths have their folders divided by '/'. */
export interface ArtifactStore {
  /** Writes a file, in place of one that is there. */
  put(path: string, bytes: Buffer): Promise<void>;
  /** The file, or undefined where there is none. */
  get(path: string): Promise<Buffer | undefined>;
  /** The paths of all files, in all folders. */
  list(): Promise<readonly string[]>;
}

/**
 * Opens the artifacts at a run's or logged model's `artifactUri`, where its experiment decided that they lie: `mlflow-artifacts:` with
 * the server, which passes them on to wherever it keeps them; anything else in an object store, without the server, which `openObjects`
 * opens.
 *
 * @throws PermanentError `unsupported-artifacts` where that is a store that cannot be opened
 */
export function openArtifacts(
  uri: string,
  connection: MlflowConnection,
  openObjects: (url: string) => ObjectStore = openObjectStore,
): ArtifactStore {
  if (/^mlflow-artifacts:/i.test(uri)) {
    const { hostname, pathname } = new URL(uri);
    if (hostname !== '' && hostname !== new URL(connection.url).hostname) {
      throw unsupported(uri, `${hostname} is another server, which the credentials are not sent to.`);
    }
    return new ProxiedArtifacts(connection, decodeURIComponent(pathname).replace(/^\/+|\/+$/g, ''));
  }
  const url = (isAbsolute(uri) ? pathToFileURL(uri).href : uri).replace(/\/+$/, '');
  const slash = url.lastIndexOf('/');
  try {
    // From the folder above, for a store may keep notes of its own beside the objects, which are no artifacts.
    return new ObjectArtifacts(openObjects(url.slice(0, slash)), `${url.slice(slash + 1)}/`);
  } catch (error) {
    throw unsupported(uri, error instanceof Error ? error.message : String(error));
  }
}

function unsupported(uri: string, why: string): PermanentError {
  return new PermanentError(
    `The artifacts at ${uri} cannot be reached: ${why} Start the MLflow server with --serve-artifacts and the bucket as ` +
      '--artifacts-destination, and use a new experiment: each keeps the place that it was created with.',
    { reason: 'unsupported-artifacts', uri },
  );
}
