import { fileURLToPath } from 'node:url';
import { FileObjectStore } from './file/file-object-store';
import { type ObjectStore } from './object-store';

/**
 * Opens the store at a URL; nothing is read or written yet.
 * `file:///absolute/path`: a folder of this machine, made when first written to.
 * Throws for anything that is not such a URL.
 */
export function openObjectStore(url: string): ObjectStore {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'file') return new FileObjectStore(folderOf(url));
  throw new Error(
    scheme === undefined
      ? `'${url}' is no URL of an object store. Write file:///absolute/path.`
      : `Object stores at ${scheme}: are not known (in '${url}'). Known: file:///absolute/path.`,
  );
}

function folderOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new Error(`'${url}' names no folder of this machine. Write file:///absolute/path.`, { cause: error });
  }
}
