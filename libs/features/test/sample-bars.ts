import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bar } from '@closing-bell/market';
import * as fc from 'fast-check';

/** The real bars of the S&P 500 index from vega-datasets, `from` ≤ session ≤ `to`. */
export function indexBars(from: string, to: string): Bar[] {
  const file = join(__dirname, '../../../node_modules/vega-datasets/data/sp500-2000.csv');
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter(([session = '']) => session >= from && session <= to)
    .map(([session = '', open, high, low, close, , volume]) => ({
      session,
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    }));
}

/** The `index`-th of successive dates, for bars that stand for no real session. */
export function sessionNumber(index: number): string {
  return new Date(Date.UTC(2001, 0, 1 + index)).toISOString().slice(0, 10);
}

const step = fc.record({
  // A quarter of the steps stand still, so that windows without any movement occur.
  move: fc.oneof({ weight: 3, arbitrary: fc.double({ min: -0.2, max: 0.2, noNaN: true }) }, fc.constant(0)),
  up: fc.oneof({ weight: 3, arbitrary: fc.double({ min: 0, max: 0.05, noNaN: true }) }, fc.constant(0)),
  down: fc.oneof({ weight: 3, arbitrary: fc.double({ min: 0, max: 0.05, noNaN: true }) }, fc.constant(0)),
  volume: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 1e9 }) }, fc.constantFrom(0, NaN)),
});

/** Bars of a random walk on a tick of 0.01, with ranges, still days, days without trades and days without a volume. */
export function randomWalk(minLength: number, maxLength: number): fc.Arbitrary<Bar[]> {
  return fc.array(step, { minLength, maxLength, size: 'max' }).map((steps) => {
    const tick = (price: number): number => Math.max(1, Math.round(price * 100)) / 100;
    let open = 100;
    return steps.map(({ move, up, down, volume }, index) => {
      const close = tick(open * Math.exp(move));
      const high = tick(Math.max(open, close) * (1 + up));
      const low = tick(Math.min(open, close) * (1 - down));
      const bar = { session: sessionNumber(index), open, high, low, close, volume };
      open = close;
      return bar;
    });
  });
}
