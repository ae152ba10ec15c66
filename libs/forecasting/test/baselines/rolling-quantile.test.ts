import { latestForecast } from '../../src/forecaster';
import { rollingQuantile, referenceBaseline } from '../../src/baselines/rolling-quantile';
import { closesOf, historyOf, noiseHistory } from '../fixtures/histories';

describe('the rolling quantile', () => {
  it('gives the quantiles of the latest overlapping returns of each horizon', () => {
    // Returns of 0.01, 0.02, …: the latest four one-session returns are 0.11..0.14, and two-session ones 0.21..0.27.
    const closes = closesOf(Array.from({ length: 14 }, (_, index) => (index + 1) / 100));
    const forecast = latestForecast(rollingQuantile(4), historyOf(closes));
    if (forecast.outcome !== 'forecast') throw new Error(forecast.detail);
    expect(forecast.quantiles[0]?.[19]).toBeCloseTo(0.125, 12);
    expect(forecast.quantiles[1]?.[19]).toBeCloseTo(0.24, 12);
    expect(forecast.quantiles[0]?.[0]).toBeCloseTo(0.11 + 0.025 * 0.03, 12);
    expect(forecast.quantiles[9]?.[38]).toBeCloseTo(0.65 + 0.975 * 0.3, 12);
  });

  it('forgets what lies before its window', () => {
    const closes = noiseHistory(300, 1).bars.map((bar) => bar.close);
    const poisoned = closes.map((close, index) => (index < 40 ? close * 3 : close));
    expect(latestForecast(referenceBaseline, historyOf(poisoned))).toEqual(
      latestForecast(referenceBaseline, historyOf(closes)),
    );
  });

  it('abstains with one bar too few, and says how many it needs', () => {
    expect(latestForecast(referenceBaseline, noiseHistory(259, 1))).toEqual({
      outcome: 'abstained',
      code: 'too-short',
      detail: 'The history is too short: rolling-quantile-250 needs 260 bars and there are 259.',
    });
    expect(latestForecast(referenceBaseline, noiseHistory(260, 1)).outcome).toBe('forecast');
  });
});
