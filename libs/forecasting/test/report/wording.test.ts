import { fixed, listOf, percent, pValue, signedPercent, unbroken, verdictOf } from '../../src/report/wording';

describe('the wording of numbers', () => {
  it('writes a true minus, never minus zero, and a dash for what is not there', () => {
    expect([fixed(-1.25, 1), fixed(-0.001, 2), fixed(0.25, 3), fixed(null, 2)]).toEqual(['−1.3', '0.00', '0.250', '–']);
    expect([percent(0.905), percent(null), percent(-0.02, 0)]).toEqual(['90.5 %', '–', '−2 %']);
    expect([signedPercent(0.05), signedPercent(-0.05), signedPercent(0.0001), signedPercent(-0.0001)]).toEqual([
      '+5.0 %',
      '−5.0 %',
      '0.0 %',
      '0.0 %',
    ]);
  });

  it('does not call a small p nothing', () => {
    expect([pValue(0.0004), pValue(0.0496), pValue(1), pValue(null)]).toEqual(['< 0.001', '0.050', '1.000', '–']);
  });

  it('lists as people do', () => {
    expect([listOf([]), listOf([1]), listOf([1, 2]), listOf(['a', 'b', 'c'])]).toEqual([
      '',
      '1',
      '1 and 2',
      'a, b and c',
    ]);
  });

  it('calls what may be chance a tie', () => {
    expect([verdictOf(true, 0.04), verdictOf(false, 0.04), verdictOf(true, 0.05), verdictOf(true, null)]).toEqual([
      'wins',
      'loses',
      'ties',
      'untested',
    ]);
  });

  it('keeps numbers beside their units, on one line', () => {
    expect(unbroken('90 % at h = 5, p < 0.001 of 5 sessions')).toBe(
      '90\u00a0% at h\u00a0=\u00a05, p\u00a0<\u00a00.001 of 5 sessions',
    );
  });
});
