import { mkdirSync, realpathSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';

/** The server cannot start: the message says why and what to do. */
export class StartError extends Error {
  constructor(
    message: string,
    readonly details: Readonly<Record<string, unknown>>,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StartError';
  }
}

/** Any key does. */
const FIRST_READ = 'format';

/** Directories that servers of this process hold. */
const held = new Set<string>();

export interface DataDirectory<Tables> {
  readonly root: RootDatabase;
  readonly tables: Tables;
  close(): Promise<void>;
}

/**
 * Opens the database in a directory for one server alone. LMDB lets several processes in, so this looks into its table of
 * readers: every server registers there, and LMDB tells the living from the dead by a file lock that ends with the process.
 *
 * @throws StartError where another server holds the directory, or it cannot be written.
 */
export function openDataDirectory<Tables>(
  directory: string,
  openTables: (root: RootDatabase) => Tables,
): DataDirectory<Tables> {
  let path: string;
  let root: RootDatabase;
  let tables: Tables;
  try {
    mkdirSync(directory, { recursive: true });
    path = realpathSync(directory);
    if (held.has(path)) throw heldBy(directory, process.pid);
    // Without overlapping sync a commit resolves after LMDB has synced its data and then its meta page. With batching by turns
    // of the event loop, a failed commit would also reject a promise that nobody can handle.
    root = open({ path, overlappingSync: false, eventTurnBatching: false, noSubdir: false, maxDbs: 8 });
    tables = openTables(root);
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `The data directory ${directory} cannot be opened (${reason}): give a writable one.`,
      { directory },
      { cause: error },
    );
  }
  root.readerCheck();
  // A read registers this process as a reader until it ends. Opening tables would undo it, hence not before.
  root.get(FIRST_READ);
  const other = readers(root).find((pid) => pid !== process.pid);
  if (other !== undefined) {
    void root.close();
    throw heldBy(directory, other);
  }
  held.add(path);
  const close = async (): Promise<void> => {
    await root.close();
    held.delete(path);
  };
  return { root, tables, close };
}

function heldBy(directory: string, pid: number): StartError {
  return new StartError(
    `The data directory ${directory} is held by another local Pub/Sub server (process ${pid}): stop that one, or give another directory.`,
    { directory, pid },
  );
}

function readers(root: RootDatabase): number[] {
  return [...root.readerList().matchAll(/^\s*(\d+)\s+[0-9a-f]+\s/gm)].map((match) => Number(match[1]));
}
