import { calendarOf } from '@closing-bell/market';
import { SeededRandom } from '../../../tools/bench-drift/simulated-series';
import { type NextSessionForecast, performanceScores } from '../src';

const SESSIONS = calendarOf('XNYS').sessionsBetween('2015-01-02', '2019-12-31');

/** Normal quantiles at .05, .25, .5, .75 and .95. */
const QUANTILES = [-1.6449, -0.6745, 0, 0.6745, 1.6449];

/** Forecasts of version 7 that say a deviation of `said` of a walk whose deviation is `actual`, and the closes. */
function matured(sessions: number, given: { seed?: number; said?: number; actual?: number }) {
  const { seed = 1, said = 0.01 } = given;
  const actual = given.actual ?? said;
  const random = new SeededRandom(seed);
  let close = 100;
  const bars = [{ session: SESSIONS[0] ?? '', close }];
  const forecasts: NextSessionForecast[] = [];
  for (let row = 0; row < sessions; row++) {
    const [p05 = 0, p25 = 0, point = 0, p75 = 0, p95 = 0] = QUANTILES.map((z) => close * Math.exp(said * z));
    const [originSession = '', targetSession = ''] = SESSIONS.slice(row, row + 2);
    forecasts.push({ originSession, targetSession, modelVersion: 7, originClose: close, p05, p25, point, p75, p95 });
    close *= Math.exp(actual * random.normal());
    bars.push({ session: targetSession, close });
  }
  return { forecasts, served: { modelVersion: 7, bars } };
}

const scoresOf = ({ forecasts, served }: ReturnType<typeof matured>) => performanceScores(forecasts, served);

describe('the performance alarm', () => {
  it('says nothing of a version until twenty of its own forecasts have matured', () => {
    expect(scoresOf(matured(19, {}))).toEqual([]);
    const { forecasts, served } = matured(20, {});
    expect(performanceScores(forecasts, served).map(({ column, test, rule }) => [column, test, rule])).toEqual([
      ['outside_90', 'share-of-matured', 'performance'],
      ['quantile_loss', 'ratio-to-naive', 'performance'],
    ]);
    const other = forecasts.map((forecast, index) => ({ ...forecast, modelVersion: index === 3 ? 6 : 7 }));
    expect(performanceScores(other, served)).toEqual([]);
  });

  it('lets as many outcomes lie outside as chance does but once in a thousand times', () => {
    // By the binomial distribution with share .1: P(X > 7 of 20) = .0004, P(X > 6) = .0024; P(X > 14 of 60) = .0006, P(X > 13) = .0018.
    expect(scoresOf(matured(20, {}))[0]?.threshold).toBe(7 / 20);
    expect(scoresOf(matured(60, {}))[0]?.threshold).toBe(14 / 60);
    expect(scoresOf(matured(200, {}))[0]?.threshold).toBe(14 / 60);
  });

  it('alarms in less than 1 % of series whose forecasts are right, and in nearly all whose volatility has doubled', () => {
    const share = (actual: number) => {
      const runs = Array.from({ length: 1000 }, (_, seed) => scoresOf(matured(60, { seed: 1 + seed, actual })));
      return runs.filter((scores) => scores.some(({ alarmed }) => alarmed)).length / runs.length;
    };
    expect(share(0.01)).toBeLessThan(0.01);
    expect(share(0.02)).toBeGreaterThan(0.99);
  });

  it('alarms when the forecasts are no better than “tomorrow = today”', () => {
    const [outside, loss] = scoresOf(matured(60, { said: 0.2, actual: 0.01 }));
    expect(outside).toMatchObject({ score: 0, alarmed: false });
    expect(loss?.score).toBeGreaterThan(1);
    expect(loss?.alarmed).toBe(true);
  });

  it('gives a price that never moves no reason to alarm', () => {
    const { forecasts, served } = matured(30, { said: 0.01, actual: 0 });
    expect(performanceScores(forecasts, served).map(({ alarmed }) => alarmed)).toEqual([false, false]);
  });

  it('looks at no bar after the last, and at nothing older than its window', () => {
    const { forecasts, served } = matured(200, { seed: 5 });
    const until = (rows: number) => performanceScores(forecasts, { ...served, bars: served.bars.slice(0, rows) });
    const poisoned = served.bars.map((bar, row) => (row >= 100 ? { ...bar, close: 1e6 } : bar));
    expect(performanceScores(forecasts, { ...served, bars: poisoned.slice(0, 100) })).toEqual(until(100));
    expect(performanceScores(forecasts.slice(140), served)).toEqual(until(201));
    expect(performanceScores(forecasts.toReversed(), served)).toEqual(until(201));
  });
});
