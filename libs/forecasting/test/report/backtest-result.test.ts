import { evaluate } from '../../src/evaluation/evaluate';
import { backtestResult, methodOf } from '../../src/report/backtest-result';
import { constantForecaster, forecasterOf, studentTForecast } from '../fixtures/forecasters';
import { noiseHistory, session } from '../fixtures/histories';
import { panelBacktest, range, subjectOf } from '../fixtures/backtests';

const truth = constantForecaster('truth', 0.01);

describe('the result of a backtest', () => {
  it('is plain data in which every number is finite', async () => {
    const result = await panelBacktest();
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(JSON.stringify(result)).not.toMatch(/undefined|NaN/);
  });

  it('splits origins by year and by symbol, each with its own skill', async () => {
    const { years, bySymbol, evaluation } = await panelBacktest();
    expect(years.map(({ name, forecasts }) => [name, forecasts])).toEqual([
      ['2000', 132],
      ['2001', 228],
    ]);
    expect(bySymbol.map(({ name, forecasts }) => [name, forecasts])).toEqual([
      ['A', 120],
      ['B', 120],
      ['<C> & "D"', 120],
    ]);
    const skillOf = (slices: typeof years): number[] =>
      slices.map(({ scores }) => scores.find(({ forecaster }) => forecaster === 'truth#1')?.skillOverBaseline ?? NaN);
    const overall = evaluation.scores[0]?.skillOverBaseline ?? NaN;
    for (const skills of [skillOf(years), skillOf(bySymbol)]) {
      expect(Math.min(...skills)).toBeLessThan(overall);
      expect(Math.max(...skills)).toBeGreaterThan(overall);
    }
  });

  it('scores a window as if its origins were all there are', async () => {
    const history = noiseHistory(700, 3);
    const all = await evaluate([truth], [{ symbol: 'A', history, origins: range(300, 200) }]);
    const part = await evaluate([truth], [{ symbol: 'A', history, origins: range(350, 32) }]);
    const window = { name: 'a window', from: session(350), sessions: 32 };
    const result = backtestResult(all, subjectOf('truth', { window }));
    const { evaluation } = backtestResult(part, subjectOf('truth'));
    expect(result.window).toMatchObject({ from: session(350), to: session(381), sessions: 32 });
    expect(result.window?.scores).toEqual([evaluation.naive, evaluation.baseline, ...evaluation.scores]);
    const later = { ...window, from: '2030-01-01' };
    expect(backtestResult(all, subjectOf('truth', { window: later })).window).toBeNull();
  });

  it('spreads the seeds of a method', async () => {
    const { seeds, evaluation } = await panelBacktest();
    const skills = evaluation.scores.slice(0, 3).map((one) => one.skillOverBaseline);
    const mean = skills.reduce((sum, skill) => sum + skill, 0) / 3;
    expect(seeds).toHaveLength(1);
    expect(seeds[0]).toMatchObject({ method: 'truth', seeds: 3 });
    expect(seeds[0]?.skillOverBaseline.mean).toBeCloseTo(mean, 14);
    expect(seeds[0]?.skillOverBaseline.min).toBe(Math.min(...skills));
    expect(seeds[0]?.skillOverBaseline.max).toBe(Math.max(...skills));
    expect(seeds[0]?.skillOverBaseline.deviation).toBeCloseTo(
      Math.sqrt(skills.reduce((sum, skill) => sum + (skill - mean) ** 2, 0) / 2),
      14,
    );
    expect(seeds[0]?.horizons).toHaveLength(10);
    expect([methodOf('lstm#12'), methodOf('lstm')]).toEqual(['lstm', 'lstm']);
  });

  it('follows coverage over 63 sessions, averaged over the symbols of each', async () => {
    const history = noiseHistory(460, 4);
    const origins = range(300, 100);
    // Misses every one-session outcome from the 50th origin on.
    const failing = forecasterOf('failing', (_, origin) => studentTForecast(0.02, origin < 350 ? 0 : 1));
    const { coveragePath } = backtestResult(
      await evaluate([failing], [{ symbol: 'A', history, origins }]),
      subjectOf('failing'),
    );
    expect(coveragePath.sessions).toEqual(range(362, 38).map(session));
    expect(coveragePath.horizons).toEqual([1, 5, 10]);
    const [atOne = []] = coveragePath.forecasters[2]?.covered ?? [];
    expect(atOne).toHaveLength(38);
    expect(atOne[37]).toBe(Number((13 / 63).toFixed(4)));
    const short = await evaluate([failing], [{ symbol: 'A', history, origins: origins.slice(0, 62) }]);
    expect(backtestResult(short, subjectOf('failing')).coveragePath.sessions).toEqual([]);
  });

  it('has PIT shares of one, and pinball losses whose double mean is the CRPS', async () => {
    const { calibration, evaluation } = await panelBacktest();
    for (const [index, one] of calibration.entries()) {
      const scores = [evaluation.naive, evaluation.baseline, ...evaluation.scores][index];
      one.pit.forEach((bins) => expect(bins.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9));
      one.pinball.forEach((losses, horizon) => {
        const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
        expect(2 * mean).toBeCloseTo(scores?.horizons[horizon]?.crps ?? NaN, 12);
      });
    }
  });

  it('says who abstained where nothing could be scored, and who took part where the headline did not', async () => {
    const history = noiseHistory(300, 1);
    const scored = await evaluate([truth], [{ symbol: 'A', history, origins: [100, 101] }]);
    expect(() => backtestResult(scored, subjectOf('truth'))).toThrow(
      'None of 2 origins could be scored: it takes ten realised outcomes and a forecast from everyone. Abstentions: rolling-quantile-250 {"too-short":2}.',
    );
    const some = await evaluate([truth], [{ symbol: 'A', history, origins: [280] }]);
    expect(() => backtestResult(some, subjectOf('lstm'))).toThrow('Choose one of naive, rolling-quantile-250, truth.');
  });
});
