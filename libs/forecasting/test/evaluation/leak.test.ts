import { computeFeatures, type FeatureTable, scaleFreeFeatures } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';
import { checkKnownAt, LeakError } from '../../src/evaluation/leak';
import { sampleBars } from '../fixtures/sample';
import { thrownBy } from '../fixtures/thrown';

const compute = (bars: readonly Bar[]): FeatureTable => computeFeatures(bars, scaleFreeFeatures);

/**
 * Closes without their finest Haar wavelet coefficients: each pair of sessions becomes its mean. Computed from the whole
 * series, the first of a pair knows the second.
 */
function haarDenoised(closes: readonly number[]): number[] {
  return closes.map((close, index) => {
    const first = index - (index % 2);
    return ((closes[first] ?? close) + (closes[first + 1] ?? close)) / 2;
  });
}

/** Whether the denoised close lies above the close. */
function haarSign(bars: readonly Bar[]): Float64Array {
  const closes = bars.map(({ close }) => close);
  const denoised = haarDenoised(closes);
  return Float64Array.from(closes, (close, index) => Math.sign((denoised[index] ?? NaN) - close));
}

const withHaar = (bars: readonly Bar[]): FeatureTable => {
  const { sessions, columns } = compute(bars);
  return { sessions, columns: { ...columns, haar_sign: haarSign(bars) } };
};

describe('the check that features were known at their session', () => {
  const bars = sampleBars();

  it('passes features that are computed bar by bar', () => {
    expect(() => checkKnownAt(bars, compute(bars), compute)).not.toThrow();
    expect(() => checkKnownAt([], compute([]), compute)).not.toThrow();
  });

  it('catches a planted leak: Haar-denoised closes of the whole series, which know tomorrow’s sign', () => {
    const leaking = withHaar(bars);
    const hits = bars.slice(1).filter(({ close }, index) => {
      const tomorrow = Math.sign(close - (bars[index]?.close ?? NaN));
      return leaking.columns['haar_sign']?.[index] === tomorrow;
    });
    // The plant is a real one: nothing honest calls tomorrow's sign three times in four.
    expect(hits.length / (bars.length - 1)).toBeGreaterThan(0.7);
    const error = thrownBy(() => checkKnownAt(bars, leaking, withHaar));
    expect(error).toBeInstanceOf(LeakError);
    expect(error).toMatchObject({
      details: { reason: 'feature-leak', feature: 'haar_sign' },
      message: expect.stringContaining('The feature haar_sign of ') as string,
    });
  });

  it('refuses a column that it cannot compute again', () => {
    const error = thrownBy(() => checkKnownAt(bars, withHaar(bars), compute));
    expect(error).toMatchObject({ details: { reason: 'unknown-feature', feature: 'haar_sign' } });
  });

  it('catches one value that was changed afterwards', () => {
    const table = compute(bars);
    const [name = '', column = new Float64Array()] = Object.entries(table.columns)[3] ?? [];
    const changed = { ...table, columns: { ...table.columns, [name]: column.with(2000, 0.125) } };
    expect(thrownBy(() => checkKnownAt(bars, changed, compute))).toMatchObject({
      details: { reason: 'feature-leak', feature: name, session: bars[2000]?.session },
    });
  });
});
