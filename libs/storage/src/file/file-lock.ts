import { promises as fs } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAbandoned, newClaim } from './claim';

const LONGEST_PAUSE_MS = 20;

/** The lock stayed with a running process for longer than anyone should hold it. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError';
  readonly code = 'EBUSY';
}

/**
 * Runs `body` while no other process, nor anything else in this one, holds the lock at `path`. The lock is a symbolic link to
 * the claim of its holder: made and read in one step, never half-written. A holder that ended is found out by its claim. To
 * remove its lock one must hold the lock named after that very claim, so of several finders only one removes it, and none can
 * remove a successor's; and should the remover end too, the same rule frees the lock that it held.
 * Throws LockHeldError after `patienceMs`.
 */
export async function withFileLock<T>(path: string, patienceMs: number, body: () => Promise<T>): Promise<T> {
  const claim = newClaim();
  const giveUpAt = performance.now() + patienceMs;
  for (let pause = 1; !(await tryLock(path, claim)); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const holder = await holderOf(path);
    if (holder === undefined) continue;
    if (isAbandoned(holder.claim, holder.ageMs)) {
      await withFileLock(`${path}.${holder.claim}`, patienceMs, async () => {
        if ((await holderOf(path))?.claim === holder.claim) await fs.unlink(path);
      });
      continue;
    }
    if (performance.now() > giveUpAt) {
      throw new LockHeldError(`The lock ${path} has been held for ${Math.round(holder.ageMs)} ms by ${holder.claim}.`);
    }
    await delay(pause);
  }
  try {
    return await body();
  } finally {
    await fs.rm(path, { force: true });
  }
}

async function tryLock(path: string, claim: string): Promise<boolean> {
  try {
    await fs.symlink(claim, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function holderOf(path: string): Promise<{ claim: string; ageMs: number } | undefined> {
  try {
    // In this order, a lock that changes hands in between looks younger than its claim, never older.
    const claim = await fs.readlink(path);
    const { mtimeMs } = await fs.lstat(path);
    return { claim, ageMs: Date.now() - mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
