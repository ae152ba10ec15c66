import { latestForecast } from '../../src/forecaster';
import { naive } from '../../src/baselines/naive';
import { toPrices } from '../../src/prices';
import { historyOf } from '../fixtures/histories';

describe('naive persistence', () => {
  it('expects the last close at every horizon and level', () => {
    const forecast = latestForecast(naive, historyOf([90, 100]));
    if (forecast.outcome !== 'forecast') throw new Error(forecast.detail);
    for (const { point, quantiles } of toPrices(forecast, 100)) {
      expect([point, quantiles[0], quantiles[38]]).toEqual([100, 100, 100]);
    }
  });

  it('abstains without a bar', () => {
    expect(latestForecast(naive, historyOf([]))).toMatchObject({ outcome: 'abstained', code: 'too-short' });
  });
});
