import { setTimeout as sleep } from 'node:timers/promises';

/** How long a service of Google’s is asked for one answer. */
export interface AttemptLimits {
  /** For everything together, pauses included. */
  readonly totalMs: number;
  /** For one attempt, after which its connection is given up. */
  readonly attemptMs: number;
  /** Before the second attempt; it doubles up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** The limit of one attempt has passed. The request may yet have its effect. */
class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout';
  readonly code = 'ETIMEDOUT';
}

/**
 * Calls `attempt` until it resolves, fails with what will not pass, or the limits are reached; then throws its last error.
 * The signal that it is given ends what it has open. `random`: 0 to 1, spreads the pauses of several askers.
 */
export async function withAttempts<T>(
  limits: AttemptLimits,
  { passes, random }: { readonly passes: (error: unknown) => boolean; readonly random: () => number },
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + limits.totalMs;
  for (let pause = limits.firstPauseMs; ; pause = Math.min(2 * pause, limits.longestPauseMs)) {
    try {
      return await withinTime(Math.min(limits.attemptMs, giveUpAt - performance.now()), attempt);
    } catch (error) {
      const pauseMs = pause * (0.5 + 0.5 * random());
      if (!passes(error) || performance.now() + pauseMs >= giveUpAt) throw error;
      await sleep(pauseMs);
    }
  }
}

function withinTime<T>(milliseconds: number, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new AttemptTimeout(`no answer within ${Math.round(milliseconds)} ms`));
      controller.abort();
    }, milliseconds);
    attempt(controller.signal)
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
}
