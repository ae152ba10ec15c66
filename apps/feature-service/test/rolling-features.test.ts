import { closingBellFeatures, computeFeatures } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';
import { RollingFeatures } from '../src/rolling-features';

function walk(length: number, start = 100): Bar[] {
  return Array.from({ length }, (_, index) => {
    const close = start + 10 * Math.sin(index / 7) + index / 20;
    const day = new Date(Date.UTC(2018, 0, 1 + index)).toISOString().slice(0, 10);
    return { session: day, open: close - 0.5, high: close + 1, low: close - 1, close, volume: 1000 + (index % 13) };
  });
}

describe('RollingFeatures', () => {
  const bars = walk(200);

  it('gives what the batch gives, to the bit, as the history grows by one bar', () => {
    const rolling = new RollingFeatures(closingBellFeatures);
    for (const length of [150, 151, 152, 200]) {
      const known = bars.slice(0, length);
      expect(rolling.featuresOf('AAPL', known)).toEqual(computeFeatures(known, closingBellFeatures));
    }
  });

  it('starts afresh when the past was revised or is shorter', () => {
    const rolling = new RollingFeatures(closingBellFeatures);
    rolling.featuresOf('AAPL', bars);
    const revised = bars.map((bar, index) => (index === 50 ? { ...bar, close: bar.close + 0.25 } : bar));
    expect(rolling.featuresOf('AAPL', revised)).toEqual(computeFeatures(revised, closingBellFeatures));
    const shorter = bars.slice(0, 120);
    expect(rolling.featuresOf('AAPL', shorter)).toEqual(computeFeatures(shorter, closingBellFeatures));
  });

  it('keeps symbols apart', () => {
    const rolling = new RollingFeatures(closingBellFeatures);
    const other = walk(200, 50);
    rolling.featuresOf('AAPL', bars.slice(0, 199));
    rolling.featuresOf('MSFT', other.slice(0, 199));
    expect(rolling.featuresOf('AAPL', bars)).toEqual(computeFeatures(bars, closingBellFeatures));
    expect(rolling.featuresOf('MSFT', other)).toEqual(computeFeatures(other, closingBellFeatures));
  });
});
