import { fileURLToPath } from 'node:url';
import { FileObjectStore } from './file/file-object-store';
import { gcsLocation } from './gcs/gcs-location';
import { GcsObjectStore } from './gcs/gcs-object-store';
import { type ObjectStore } from './object-store';

const KNOWN = 'file:///absolute/path or gs://bucket/prefix';

/** What only some stores take; the configuration has it under the same names. */
export interface ObjectStoreOptions {
  /** Address of Cloud Storage where it is not Google's own: an emulator, or one of a private network. */
  readonly gcsEndpoint?: string | undefined;
}

/**
 * Opens the store at a URL; nothing is read or written yet.
 * `file:///absolute/path`: a folder of this machine, made when first written to.
 * `gs://bucket/prefix`: a bucket of Cloud Storage, which must be there, or a prefix in one.
 * Throws for anything that is not such a URL.
 */
export function openObjectStore(url: string, options: ObjectStoreOptions = {}): ObjectStore {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'file') return new FileObjectStore(folderOf(url));
  if (scheme === 'gs') return new GcsObjectStore(gcsLocation(url), { endpoint: options.gcsEndpoint });
  throw new Error(
    scheme === undefined
      ? `'${url}' is no URL of an object store. Write ${KNOWN}.`
      : `Object stores at ${scheme}: are not known (in '${url}'). Known: ${KNOWN}.`,
  );
}

function folderOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new Error(`'${url}' names no folder of this machine. Write file:///absolute/path.`, { cause: error });
  }
}
