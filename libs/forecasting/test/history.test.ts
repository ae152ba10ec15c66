import { alignHistory, historyUntil } from '../src/history';
import { thrownBy } from './fixtures/thrown';
import { historyOf, noiseHistory } from './fixtures/histories';

describe('a history', () => {
  it('takes bars and features of the same sessions', () => {
    const { bars, features } = noiseHistory(5, 1);
    expect(alignHistory(bars, features)).toEqual({ bars, features });
  });

  it('refuses features of other sessions and names where they part', () => {
    const { bars, features } = noiseHistory(5, 1);
    expect(thrownBy(() => alignHistory(bars.slice(1), features))).toMatchObject({
      reason: 'misaligned-history',
      details: { index: 0 },
    });
    expect(() => alignHistory(bars.slice(0, 4), features)).toThrow(/a bar of nothing/);
  });

  it('holds nothing later than an earlier origin', () => {
    const known = historyUntil(historyOf([1, 2, 3, 4], { a: Float64Array.of(5, 6, 7, 8) }), 1);
    expect(known.bars.map((bar) => bar.close)).toEqual([1, 2]);
    expect(known.features.sessions).toHaveLength(2);
    expect(known.features.columns['a']).toEqual(Float64Array.of(5, 6));
  });
});
