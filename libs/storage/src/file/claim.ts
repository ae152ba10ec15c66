import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';

/** How long a claim is respected whose owner cannot be looked up: one of another container, host or boot. */
const FOREIGN_CLAIM_LIMIT_MS = 60_000;

function processStart(pid: number): string {
  try {
    // The name in parentheses may hold spaces; what follows it does not. Field 22 of the whole is the start time.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}

/** Where process ids mean the same: this boot of this host, in this process id namespace. */
function processSpace(): string {
  let space = hostname();
  try {
    space = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1') + readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux: the host's name must do.
  }
  return createHash('sha256').update(space).digest('hex').slice(0, 12);
}

const SPACE = processSpace();
const OWNER = `${SPACE}-${process.pid}-${processStart(process.pid)}-${threadId}`;
let made = 0;

/**
 * A name that no other claim ever has, and from which any process can tell whether the process that made it still runs.
 * It names temporary files and the owners of locks.
 */
export function newClaim(): string {
  made++;
  return `${OWNER}-${made}`;
}

/**
 * True when the process that made a claim has ended, so that what it left behind may be taken away. `ageMs`: how long ago the
 * claim was laid, which decides only where the process cannot be looked up.
 */
export function isAbandoned(claim: string, ageMs: number): boolean {
  const [space, pid, start] = claim.split('-');
  if (space !== SPACE || pid === undefined || start === undefined) return ageMs > FOREIGN_CLAIM_LIMIT_MS;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  return processStart(Number(pid)) !== start;
}
