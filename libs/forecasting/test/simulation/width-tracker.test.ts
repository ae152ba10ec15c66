import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../../src/horizons';
import { WidthTracker } from '../../src/simulation/width-tracker';

/** Where the 90 % interval ends: there the factor is the width itself. */
const UPPER = QUANTILE_LEVELS.indexOf(0.95);
const LOWER = QUANTILE_LEVELS.indexOf(0.05);

const allHorizons = Array.from({ length: HORIZONS }, (_, index) => index + 1);

function trackerAfter(horizon: number, outcomes: readonly boolean[]): WidthTracker {
  const tracker = new WidthTracker();
  for (const missed of outcomes) tracker.update(horizon, missed);
  return tracker;
}

const times = (count: number, missed: boolean): boolean[] => new Array<boolean>(count).fill(missed);

describe('the tracker of widths', () => {
  it('changes nothing before it has seen an outcome', () => {
    const tracker = new WidthTracker();
    for (const horizon of allHorizons) {
      QUANTILE_LEVELS.forEach((_, level) => expect(tracker.factor(horizon, level)).toBe(1));
    }
  });

  it.each(allHorizons)('widens after misses and narrows without any, %i ahead', (horizon) => {
    expect(trackerAfter(horizon, [true]).factor(horizon, UPPER)).toBeGreaterThan(1);
    expect(trackerAfter(horizon, [false]).factor(horizon, UPPER)).toBeLessThan(1);
    const missedMore = trackerAfter(horizon, times(5, true)).factor(horizon, UPPER);
    expect(missedMore).toBeGreaterThan(trackerAfter(horizon, times(4, true)).factor(horizon, UPPER));
    const heldMore = trackerAfter(horizon, times(5, false)).factor(horizon, UPPER);
    expect(heldMore).toBeLessThan(trackerAfter(horizon, times(4, false)).factor(horizon, UPPER));
  });

  it('widens both ends alike', () => {
    const tracker = trackerAfter(1, times(7, true));
    expect(tracker.factor(1, LOWER)).toBeCloseTo(tracker.factor(1, UPPER), 12);
  });

  it('stays in its ranges, however long the same goes on', () => {
    // Both logarithms at 1; ten ahead the shared one counts 0.98 to the ninth.
    const missing = trackerAfter(1, times(5000, true));
    expect(missing.factor(1, UPPER)).toBeCloseTo(Math.exp(2), 10);
    expect(missing.factor(10, UPPER)).toBeCloseTo(Math.exp(0.98 ** 9), 10);
    // The shared one forgets as fast as it learns at −0.01 ÷ 0.05.
    expect(trackerAfter(1, times(5000, false)).factor(1, UPPER)).toBeCloseTo(Math.exp(-0.5 - 0.2), 10);
    for (const horizon of allHorizons.slice(1)) {
      expect(trackerAfter(horizon, times(20_000, true)).factor(horizon, UPPER)).toBeCloseTo(Math.exp(1), 10);
      expect(trackerAfter(horizon, times(20_000, false)).factor(horizon, UPPER)).toBeCloseTo(Math.exp(-0.5), 10);
    }
  });

  it('comes back from the end of a range at once', () => {
    const tracker = trackerAfter(1, times(5000, true));
    tracker.update(1, false);
    expect(tracker.factor(1, UPPER)).toBeLessThan(Math.exp(1.95));
  });

  it('moves the width that all share by what happened one session ahead alone', () => {
    const shared = trackerAfter(1, times(10, true));
    for (const horizon of allHorizons) expect(shared.factor(horizon, UPPER)).toBeGreaterThan(1.3);
    for (const horizon of allHorizons.slice(1)) {
      const own = trackerAfter(horizon, times(10, true));
      for (const other of allHorizons) {
        if (other === horizon) expect(own.factor(other, UPPER)).toBeGreaterThan(1);
        else expect(own.factor(other, UPPER)).toBe(1);
      }
    }
  });

  it('is slower the longer the horizon', () => {
    const widths = allHorizons.map((horizon) => trackerAfter(horizon, times(10, true)).factor(horizon, UPPER));
    widths.slice(1).forEach((width, index) => expect(width).toBeLessThan(widths[index] ?? NaN));
  });

  it('hardly moves the middle, and a level the more the further out it is', () => {
    const tracker = trackerAfter(1, times(5000, true));
    expect(tracker.factor(1, MEDIAN_INDEX)).toBe(1);
    expect(tracker.factor(1, MEDIAN_INDEX + 1)).toBeLessThan(1.01);
    expect(tracker.factor(1, MEDIAN_INDEX - 1)).toBeLessThan(1.01);
    for (let level = MEDIAN_INDEX; level + 1 < QUANTILE_LEVELS.length; level++) {
      expect(tracker.factor(1, level + 1)).toBeGreaterThan(tracker.factor(1, level));
    }
  });

  it.each(allHorizons)('stays where it is on average with one miss in ten, %i ahead', (horizon) => {
    const tracker = new WidthTracker();
    let sum = 0;
    const outcomes = 4000;
    for (let index = 0; index < outcomes; index++) {
      tracker.update(horizon, index % 10 === 4);
      sum += Math.log(tracker.factor(horizon, UPPER));
    }
    expect(Math.abs(sum / outcomes)).toBeLessThan(0.01);
    expect(Math.abs(Math.log(tracker.factor(horizon, UPPER)))).toBeLessThan(0.1);
  });
});
