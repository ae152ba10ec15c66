import { calendarOf } from '@closing-bell/market';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const CALENDAR = calendarOf('XNYS');
const SESSIONS = CALENDAR.sessionsBetween('2016-06-01', '2020-03-31');

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A symbol's file: a random walk whose volatility jumps in March 2020; after `cut` every bar is noise of another seed. */
export function writeBars(folder: string, symbol: string, seed: number, cut?: string): void {
  let random = uniform(seed);
  let close = 100;
  let poisoned = false;
  const lines = SESSIONS.map((session) => {
    if (cut !== undefined && session > cut && !poisoned) {
      poisoned = true;
      random = uniform(seed + 1000);
      close *= 3;
    }
    const deviation = session >= '2020-03-02' ? 0.05 : 0.01;
    const open = close;
    close *= Math.exp(deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
    const high = Math.max(open, close) * (1 + deviation * random());
    const low = Math.min(open, close) * (1 - deviation * random());
    const volume = Math.round(1e6 * (0.5 + random()));
    return [session, ...[open, high, low, close].map((price) => price.toFixed(4)), volume].join(',');
  });
  writeFileSync(join(folder, `${symbol}.csv`), `date,open,high,low,close,volume\n${lines.join('\n')}\n`);
}
