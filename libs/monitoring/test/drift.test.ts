import { driftScores } from '../src';
import { kolmogorovSmirnovDistance } from '../src/kolmogorov-smirnov';
import { sampleBars } from './fixtures/sample-bars';
import { processes, SeededRandom, simulate } from '../../../tools/bench-drift/simulated-series';

/** A random walk whose daily deviation is `volatility(index)`. */
function walk(seed: number, sessions: number, volatility: (index: number) => number) {
  const random = new SeededRandom(seed);
  let close = 100;
  return Array.from({ length: sessions }, (_, index) => {
    const deviation = volatility(index);
    close *= Math.exp(deviation * random.normal());
    const spread = deviation * Math.abs(random.normal());
    return { high: close * Math.exp(spread), low: close * Math.exp(-spread), close };
  });
}

describe('kolmogorovSmirnovDistance', () => {
  it('is 0 of the same values, 1 of values that do not overlap', () => {
    expect(kolmogorovSmirnovDistance([1, 2, 3], [3, 1, 2])).toBe(0);
    expect(kolmogorovSmirnovDistance([1, 2], [3, 4, 5])).toBe(1);
  });

  it('counts ties and sizes that differ as scipy’s ks_2samp does', () => {
    expect(kolmogorovSmirnovDistance([1, 1, 2, 3], [1, 3])).toBeCloseTo(0.25, 12);
    expect(kolmogorovSmirnovDistance([0.1, 0.4, 0.7], [0.2, 0.3, 0.5, 0.9])).toBeCloseTo(1 / 3, 12);
  });
});

describe('driftScores', () => {
  it('measures nothing on a history shorter than both windows', () => {
    expect(driftScores(walk(1, 514, () => 0.01))).toEqual([]);
    expect(driftScores(walk(1, 515, () => 0.01)).map(({ column, test }) => `${column} ${test}`)).toEqual([
      'log_return ks-distance',
      'log_range ks-distance',
      'log_return ks-distance-5',
    ]);
  });

  it('looks at nothing before its windows', () => {
    const bars = walk(2, 700, () => 0.01);
    expect(driftScores([{ high: 9, low: 1, close: 5 }, ...bars])).toEqual(driftScores(bars));
  });

  it('seldom alarms on a walk in which nothing changes, and catches a doubled volatility, on the range above all', () => {
    const alarms = (volatility: (index: number) => number) => {
      const runs = Array.from({ length: 60 }, (_, seed) => driftScores(walk(seed, 515, volatility)));
      return [0, 1].map((column) => runs.filter((scores) => scores[column]?.alarmed).length / runs.length);
    };
    for (const rate of alarms(() => 0.01)) expect(rate).toBeLessThanOrEqual(0.05);
    const [onReturns, onRange] = alarms((index) => (index >= 505 ? 0.02 : 0.01));
    expect(onReturns).toBeGreaterThan(0.1);
    expect(onRange).toBeGreaterThan(0.5);
  });

  it('alarms in at most 5 % of sessions in which nothing changes, each measure in at most 2 %, heavy tails included', () => {
    const steady = processes.filter(({ name }) => name.startsWith('i.i.d.'));
    expect(steady).toHaveLength(2);
    for (const process of steady) {
      // Independent of each other, so that 400 tell what as many sessions of one series would not.
      const runs = Array.from({ length: 400 }, (_, seed) => driftScores(simulate(process, seed, 515)));
      const share = (alarmed: (scores: (typeof runs)[number]) => boolean | undefined) =>
        runs.filter(alarmed).length / runs.length;
      for (const measure of [0, 1, 2]) expect(share((scores) => scores[measure]?.alarmed)).toBeLessThanOrEqual(0.02);
      expect(share((scores) => scores.some(({ alarmed }) => alarmed))).toBeLessThanOrEqual(0.05);
    }
  });

  it('catches the crash of 2020 within five sessions of 20 February and alarms at most once a month in 2017', async () => {
    const bars = await sampleBars('2020-02-27');
    const alarms = (from: string, to: string) =>
      bars.flatMap(({ session }, index) =>
        session >= from && session <= to && driftScores(bars.slice(0, index + 1)).some(({ alarmed }) => alarmed)
          ? [session]
          : [],
      );
    expect(alarms('2020-02-14', '2020-02-27')).toEqual(['2020-02-26', '2020-02-27']);
    const months = alarms('2017-01-01', '2017-12-31').map((session) => session.slice(0, 7));
    expect(new Set(months).size).toBe(months.length);
  });

  it('alarms in the crash of March 2020 and not in the calm of 2017', async () => {
    const alarms = async (session: string) => driftScores(await sampleBars(session)).map(({ alarmed }) => alarmed);
    expect(await alarms('2020-03-12')).toEqual([true, true, true]);
    expect(await alarms('2017-07-14')).toEqual([false, false, false]);
  });
});
