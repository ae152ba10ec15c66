import { setTimeout as sleep } from 'node:timers/promises';
import { type YahooDependencies } from './yahoo-source';

/** What sources ask the network with, for real. */
export function network(now: () => Date): YahooDependencies {
  return {
    fetch,
    now,
    random: Math.random,
    sleep: async (milliseconds, signal) => {
      await sleep(milliseconds, undefined, signal ? { signal } : {});
    },
  };
}
