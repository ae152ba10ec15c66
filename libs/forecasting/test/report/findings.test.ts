import { type Scores } from '../../src/evaluation/summarise';
import { type BacktestResult } from '../../src/report/backtest-result';
import { findings } from '../../src/report/findings';
import { panelBacktest } from '../fixtures/backtests';

/** The backtest with other numbers for its headline. */
function withHeadline(result: BacktestResult, change: (scores: Scores) => Scores): BacktestResult {
  const { evaluation, subject } = result;
  const scores = evaluation.scores.map((one) => (one.forecaster === subject.headline ? change(one) : one));
  return { ...result, evaluation: { ...evaluation, scores } };
}

const withTest =
  (skill: number, pDifferent: number | null) =>
  (scores: Scores): Scores => ({
    ...scores,
    comparisons: [{ rival: 'narrow', skill, pBetter: null, pDifferent }],
    horizons: scores.horizons.map((one) => ({
      ...one,
      comparisons: [{ rival: 'narrow', skill, pBetter: null, pDifferent }],
    })),
  });

describe('what a backtest says', () => {
  it('names span, symbols and the origins that were left out, with the reason', async () => {
    expect(findings(await panelBacktest())[0]).toBe(
      'Every forecaster was scored on the same 360 origins of 3 symbols from 2000-11-18 to 2001-03-17, ten sessions ahead. 3 more origins were left out for all: narrow abstained 3 times (stale-bars).',
    );
  });

  it.each<[string, number, number | null, string]>([
    [
      'wins',
      0.05,
      0.049,
      'truth#2 wins against narrow: its CRPS is 5.0 % lower (p = 0.049). Horizon by horizon it wins at every horizon.',
    ],
    [
      'ties where p is not below 0.05',
      0.05,
      0.05,
      'truth#2 ties with narrow: its CRPS is 5.0 % lower (p = 0.050). Horizon by horizon it ties at every horizon.',
    ],
    [
      'loses',
      -0.05,
      0.0001,
      'truth#2 loses to narrow: its CRPS is 5.0 % higher (p < 0.001). Horizon by horizon it loses at every horizon.',
    ],
    [
      'says when there is no test',
      0.05,
      null,
      'truth#2 cannot be told apart by a test from narrow: its CRPS is 5.0 % lower, and there are too few sessions to test it.',
    ],
  ])('%s', async (_, skill, p, sentence) => {
    const said = findings(withHeadline(await panelBacktest(), withTest(skill, p)));
    expect(said[1]).toBe(`Over all horizons ${sentence}`);
  });

  it('claims no direction from a median at the last close', async () => {
    expect(findings(await panelBacktest())).toContain('It names no direction: its median is the last close.');
  });

  it('puts direction beside “always up”', async () => {
    const direction = { called: 1, hit: 0.55, alwaysUp: 0.54, pDifferent: 0.4 };
    const calling = withHeadline(await panelBacktest(), (scores) => ({
      ...scores,
      horizons: scores.horizons.map((one) => ({ ...one, direction })),
    }));
    expect(findings(calling).find((sentence) => sentence.startsWith('The side'))).toMatch(
      /^The side of its median is right for 55.0 % of the moves at h = 1, where “always up” calls 54.0 %, .* That is no directional skill\.$/,
    );
  });

  it('tells of coverage, window, years, symbols, seeds and of who is worse than the baseline', async () => {
    const result = await panelBacktest();
    const said = findings(result).join('\n');
    expect(said).toMatch(/Its 90 % intervals covered \d\d\.\d % of the outcomes at h = 1 and between /);
    expect(said).toMatch(
      /In the Crash of noise \(32 origins from 2001-02-04 to 2001-03-07\) its 90 % intervals covered /,
    );
    expect(said).toMatch(/Its skill over rolling-quantile-250 was (positive|negative) in /);
    expect(said).toMatch(/It beat rolling-quantile-250 on [0-3] of 3 symbols \(\d+ %\)\./);
    expect(said).toMatch(/Over 3 seeds truth has a skill of [+−]\d\.\d % over the reference baseline, from /);
    expect(said).toMatch(/Significantly worse than rolling-quantile-250 by CRPS: naive \(−\d+\.\d %\) and narrow \(−/);
    expect(said).not.toMatch(/undefined|NaN/);
  });
});
