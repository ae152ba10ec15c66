import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PermanentError } from '@closing-bell/contracts';
import { checkKey, isKey } from '../object-key';
import { type ObjectStore, type StoredObject } from '../object-store';
import { StorageUnavailableError } from '../storage-unavailable-error';
import { isAbandoned, newClaim } from './claim';
import { withFileLock } from './file-lock';

/** A swap takes milliseconds, so whoever waits this long waits for something that hangs. */
const LOCK_PATIENCE_MS = 10_000;

/**
 * Objects as files of one folder, safe among the processes of one machine. An object is written to a temporary file, synced and
 * then linked (or, for a swap, renamed) to its name in one step, and the folder is synced: a crash leaves the old state or the
 * new one. Its version is the SHA-256 of its bytes. Needs a file system with hard and symbolic links.
 */
export class FileObjectStore implements ObjectStore {
  private readonly folder: string;
  private readonly temporary: string;
  private readonly locks: string;
  private readonly durableFolders = new Set<string>();
  private prepared: Promise<void> | undefined;

  constructor(folder: string) {
    this.folder = resolve(folder);
    // Names that start with a dot are no keys, so neither folder is ever listed.
    this.temporary = join(this.folder, '.temporary');
    this.locks = join(this.folder, '.locks');
  }

  async read(key: string): Promise<StoredObject | undefined> {
    const path = this.pathOf(key);
    try {
      const bytes = await fs.readFile(path);
      return { bytes, version: createHash('sha256').update(bytes).digest('hex') };
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return undefined;
      throw this.failure('read', key, error);
    }
  }

  async createIfAbsent(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const path = this.pathOf(key);
    try {
      if (await isFile(path)) {
        // Its creator may have ended before it synced the folder, and the caller relies on the object from now on.
        await syncFolder(dirname(path));
        return 'exists';
      }
      await this.prepare();
      await this.makeFolder(dirname(path));
      const outcome = await this.withTemporaryFile(bytes, (temporary) => link(temporary, path));
      await syncFolder(dirname(path));
      return outcome;
    } catch (error) {
      throw this.failure('write', key, error);
    }
  }

  async compareAndSwap(key: string, bytes: Uint8Array, expected: string | undefined): Promise<boolean> {
    if (expected === undefined) return (await this.createIfAbsent(key, bytes)) === 'created';
    const path = this.pathOf(key);
    try {
      await this.prepare();
      return await withFileLock(this.lockOf(key), LOCK_PATIENCE_MS, async () => {
        if ((await this.read(key))?.version !== expected) return false;
        await this.withTemporaryFile(bytes, (temporary) => fs.rename(temporary, path));
        await syncFolder(dirname(path));
        return true;
      });
    } catch (error) {
      throw this.failure('write', key, error);
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    try {
      if ((await this.read(key)) === undefined) return;
      await this.prepare();
      // A swap that has seen the object must not bring it back.
      await withFileLock(this.lockOf(key), LOCK_PATIENCE_MS, () => fs.rm(path, { force: true }));
      await syncFolder(dirname(path));
    } catch (error) {
      throw this.failure('remove', key, error);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') checkKey(folder.slice(0, -1));
    yield* this.listFolder(folder, prefix);
  }

  uri(key: string): string {
    return pathToFileURL(this.pathOf(key)).href;
  }

  keyOf(uri: string): string {
    const root = `${pathToFileURL(this.folder).href.replace(/\/$/, '')}/`;
    const key = uri.startsWith(root) ? uri.slice(root.length) : '';
    if (isKey(key)) return key;
    throw new PermanentError(
      `'${uri}' is no object of the store at ${root}. Give the service the store that the sender of the message wrote to.`,
      { reason: 'foreign-uri', uri, store: root },
    );
  }

  private pathOf(key: string): string {
    checkKey(key);
    return join(this.folder, ...key.split('/'));
  }

  private lockOf(key: string): string {
    return join(this.locks, createHash('sha256').update(key).digest('hex').slice(0, 32));
  }

  private async *listFolder(folder: string, prefix: string): AsyncIterable<string> {
    const entries = await this.entriesOf(folder);
    // As '/' takes part in the order of keys, a folder's name is compared with it.
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(byCharacters);
    for (const name of names) {
      const path = `${folder}${name}`;
      if (!isKey(path.replace(/\/$/, ''))) continue;
      if (path.endsWith('/')) {
        if (path.startsWith(prefix) || prefix.startsWith(path)) yield* this.listFolder(path, prefix);
      } else if (path.startsWith(prefix)) {
        yield path;
      }
    }
  }

  private async entriesOf(folder: string): Promise<import('node:fs').Dirent[]> {
    try {
      return await fs.readdir(join(this.folder, folder), { withFileTypes: true });
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
      throw this.failure('list', folder, error);
    }
  }

  /** Makes the folders that writing needs and clears away what processes that ended left half-written; once. */
  private prepare(): Promise<void> {
    this.prepared ??= (async () => {
      await this.makeFolder(this.temporary);
      await this.makeFolder(this.locks);
      for (const name of await fs.readdir(this.temporary)) {
        const path = join(this.temporary, name);
        const written = await fs.stat(path).catch(() => undefined);
        if (written !== undefined && isAbandoned(name, Date.now() - written.mtimeMs))
          await fs.rm(path, { force: true });
      }
    })();
    this.prepared.catch(() => (this.prepared = undefined));
    return this.prepared;
  }

  /** Makes a folder and those it lies in, all on disk, whoever made them: another process may not have synced them yet. */
  private async makeFolder(path: string): Promise<void> {
    if (this.durableFolders.has(path)) return;
    const first = await fs.mkdir(path, { recursive: true });
    const top = first === undefined || first.startsWith(this.folder + sep) ? this.folder : dirname(first);
    const names = relative(top, path).split(sep);
    for (let depth = 0; depth < names.length; depth++) await syncFolder(join(top, ...names.slice(0, depth)));
    this.durableFolders.add(path);
  }

  /** Writes the bytes to a new file, on disk when `publish` is called with its path; the file is gone afterwards. */
  private async withTemporaryFile<T>(bytes: Uint8Array, publish: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.temporary, newClaim());
    try {
      const file = await fs.open(path, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      return await publish(path);
    } finally {
      await fs.rm(path, { force: true });
    }
  }

  private failure(action: 'read' | 'write' | 'remove' | 'list', key: string, cause: unknown): Error {
    if (cause instanceof PermanentError || cause instanceof StorageUnavailableError) return cause;
    const code = codeOf(cause);
    const uri = pathToFileURL(join(this.folder, key)).href;
    if (action === 'write' && ['ENOTDIR', 'EISDIR'].includes(code)) {
      return new PermanentError(
        `Cannot write ${uri}: part of its key is an object already, or it is the folder of others. No key may be the folder of another.`,
        { reason: 'key-conflict', uri },
      );
    }
    return new StorageUnavailableError(`Cannot ${action} ${uri}: ${adviceOn(code)}`, { uri, code }, { cause });
  }
}

function adviceOn(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk is full (${code}). Free some space; the work will be tried again.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `the file system does not permit it (${code}). Check the owner, the permissions and the mount of the folder.`;
    case 'EBUSY':
      return 'another process has held its lock for too long. See whether a process of this machine hangs.';
    default:
      return `the file system failed (${code}). The work will be tried again.`;
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}

function byCharacters(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)).isFile();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function link(existing: string, path: string): Promise<'created' | 'exists'> {
  try {
    await fs.link(existing, path);
    return 'created';
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (await isFile(path)) return 'exists';
    throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await fs.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
