import { drift } from '../../src/baselines/drift';
import { closesOf, historyOf, noiseHistory } from '../fixtures/histories';

describe('the random walk with drift', () => {
  it('expects at every level h times the mean return up to the origin', () => {
    // Returns of 0.001 and 0.003 in turn, and falls that are later than the first origin.
    const returns = Array.from({ length: 320 }, (_, index) => (index < 300 ? 0.001 + 0.002 * (index % 2) : -0.05));
    const [before, after] = drift.forecasts(historyOf(closesOf(returns)), [300, 320]);
    if (before?.outcome !== 'forecast' || after?.outcome !== 'forecast') throw new Error('It abstained.');
    expect(before.quantiles).toHaveLength(10);
    before.quantiles.forEach((quantiles, index) => {
      expect(quantiles).toHaveLength(39);
      for (const quantile of quantiles) expect(quantile).toBeCloseTo((index + 1) * 0.002, 12);
    });
    expect(after.quantiles[0]?.[0]).toBeCloseTo((300 * 0.002 - 20 * 0.05) / 320, 12);
  });

  it('abstains on less than a year of returns', () => {
    const [short, enough] = drift.forecasts(noiseHistory(260, 1), [249, 250]);
    expect(short).toMatchObject({ outcome: 'abstained', code: 'too-short' });
    expect(enough).toMatchObject({ outcome: 'forecast' });
  });
});
