/** Where the server takes its time from, so that a test can move it. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs the task once after the delay (milliseconds). Returns what cancels it. */
  schedule(delay: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delay, task) {
    // setTimeout runs a delay beyond 2^31 - 1 ms at once.
    const timer = setTimeout(task, Math.min(delay, 0x7fffffff));
    return () => clearTimeout(timer);
  },
};
