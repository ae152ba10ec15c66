import { setImmediate as nextTurn } from 'node:timers/promises';
import { evaluate, type EvaluationCase, type EvaluationProgress } from '../../src/evaluation/evaluate';
import { LeakError } from '../../src/evaluation/leak';
import { referenceBaseline } from '../../src/baselines/rolling-quantile';
import { naive } from '../../src/baselines/naive';
import { type Forecaster } from '../../src/forecaster';
import { HORIZONS } from '../../src/horizons';
import { evaluateOne } from '../fixtures/evaluation';
import { constantForecaster, forecasterOf, studentTForecast } from '../fixtures/forecasters';
import { historyOf, noiseHistory, session } from '../fixtures/histories';

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);
const caseOf = (symbol: string, seed: number, origins: readonly number[]): EvaluationCase => ({
  symbol,
  history: noiseHistory(320, seed),
  origins,
});

/** Knows the true distribution of one-session returns: Student t of deviation 0.01 and five degrees of freedom. */
const oracle = constantForecaster('oracle', 0.01);

describe('the rolling-origin evaluation', () => {
  it('finds 90 % coverage and skill over both baselines where the true distribution is known', async () => {
    const evaluation = await evaluateOne([oracle], noiseHistory(1600, 11), range(300, 1280));
    const [scores] = evaluation?.scores ?? [];
    expect(evaluation?.origins).toHaveLength(1280);
    expect(Math.abs((scores?.horizons[0]?.coverage90 ?? 0) - 0.9)).toBeLessThan(0.025);
    expect(scores?.skillOverNaive).toBeGreaterThan(0.2);
    expect(scores?.skillOverBaseline).toBeGreaterThan(0);
    expect(evaluation?.baseline.skillOverBaseline).toBe(0);
  });

  it('asks a forecaster once for all origins, and again with histories that end at five of them', async () => {
    const asked: { bars: number; features: number; origins: readonly number[] }[] = [];
    const watching: Forecaster = {
      name: 'watching',
      forecasts: (history, origins) => {
        asked.push({ bars: history.bars.length, features: history.features.columns['a']?.length ?? 0, origins });
        return oracle.forecasts(history, origins);
      },
    };
    await evaluate([watching], [caseOf('A', 1, range(270, 40))]);
    const [first, ...again] = asked;
    expect(first).toEqual({ bars: 320, features: 320, origins: range(270, 40) });
    expect(again).toHaveLength(5);
    const cuts = again.map(({ origins }) => origins[0] ?? NaN);
    expect(again).toEqual(cuts.map((cut) => ({ bars: cut + 1, features: cut + 1, origins: [cut] })));
    expect(Math.min(...cuts)).toBeLessThan(280);
    expect(Math.max(...cuts)).toBeGreaterThan(300);
  });

  it('checks every symbol of a panel at one origin at least', async () => {
    const cut = new Set<string>();
    const watching: Forecaster = {
      name: 'watching',
      forecasts: (history, origins) => {
        if (history.bars.length < 320) cut.add(history.bars[0]?.close.toFixed(6) + String(history.bars[1]?.close));
        return oracle.forecasts(history, origins);
      },
    };
    await evaluate(
      [watching],
      range(1, 8).map((seed) => caseOf(`S${seed}`, seed, range(270, 5))),
    );
    expect(cut.size).toBe(8);
  });

  it('catches a forecaster that reads the close after the origin', async () => {
    const peeking = forecasterOf('peeking', ({ bars }, origin) => {
      const next = Math.log((bars[origin + 1]?.close ?? 1) / (bars[origin]?.close ?? 1));
      return studentTForecast(0.01, next);
    });
    const failure = evaluate([oracle, peeking], [caseOf('A', 1, range(270, 40))]);
    await expect(failure).rejects.toThrow(LeakError);
    await expect(failure).rejects.toMatchObject({
      details: { reason: 'forecast-leak', forecaster: 'peeking', symbol: 'A', session: expect.any(String) as string },
      message: expect.stringMatching(
        /^peeking forecasts A from \d{4}-\d\d-\d\d otherwise .* at horizon 1 and level 0.025/,
      ) as string,
    });
  });

  it('catches a forecaster that abstains only when it cannot see the future', async () => {
    const careful = forecasterOf('careful', ({ bars }, origin) =>
      bars.length > origin + 1
        ? studentTForecast(0.01)
        : { outcome: 'abstained', code: 'stale-bars', detail: 'no later bar' },
    );
    await expect(evaluate([careful], [caseOf('A', 1, range(270, 40))])).rejects.toThrow(
      'a forecast with them, stale-bars without',
    );
  });

  it('scores only origins with ten realised outcomes from which all forecast, and counts who abstained and why', async () => {
    const late = forecasterOf('late', (_, origin) =>
      origin < 275 ? { outcome: 'abstained', code: 'no-volatility', detail: 'still' } : studentTForecast(0.01),
    );
    const history = noiseHistory(300, 1);
    const scored = await evaluate([late, oracle], [{ symbol: 'A', history, origins: range(255, 45) }]);
    expect(scored.sessions).toEqual(range(275, 15).map(session));
    expect(scored).toMatchObject({ rows: 15, asked: 35 });
    expect(scored.field.map(({ forecaster, abstentions }) => [forecaster, abstentions])).toEqual([
      ['naive', {}],
      ['rolling-quantile-250', { 'too-short': 4 }],
      ['late', { 'no-volatility': 20 }],
      ['oracle', {}],
    ]);
    expect(await evaluateOne([late], history, [262])).toBeUndefined();
    expect(await evaluateOne([late], history, [])).toBeUndefined();
  });

  it('scores the two baselines once, also where they are given', async () => {
    const scored = await evaluate([naive, oracle, referenceBaseline], [caseOf('A', 1, range(270, 3))]);
    expect(scored.field.map(({ forecaster }) => forecaster)).toEqual(['naive', 'rolling-quantile-250', 'oracle']);
  });

  it('pools symbols of different sessions and keeps each row with its own outcomes', async () => {
    const scored = await evaluate(
      [oracle],
      [caseOf('A', 1, [300, 301]), caseOf('B', 2, []), caseOf('C', 3, [299, 301])],
    );
    expect(scored.sessions).toEqual([session(299), session(300), session(301)]);
    expect(scored.symbols).toEqual(['A', 'B', 'C']);
    const { symbolOf, sessionOf, originCloses, closes } = scored.outcomes;
    expect([...symbolOf]).toEqual([0, 0, 2, 2]);
    expect([...sessionOf]).toEqual([1, 2, 0, 2]);
    const bars = noiseHistory(320, 3).bars;
    expect(originCloses[3]).toBe(bars[301]?.close);
    expect([...closes.subarray(3 * HORIZONS)]).toEqual(bars.slice(302, 312).map(({ close }) => close));
  });

  it('keeps forecasts of the first scored symbol from the first to the last origin, to be drawn', async () => {
    const { fans } = await evaluate([oracle], [caseOf('A', 1, []), caseOf('B', 2, range(270, 40))]);
    expect(fans.map(({ origin }) => origin)).toEqual([270, 280, 290, 299, 309].map(session));
    const bars = noiseHistory(320, 2).bars;
    expect(fans[0]?.symbol).toBe('B');
    expect(fans[0]?.before.at(-1)).toEqual({ session: session(270), close: bars[270]?.close });
    expect(fans[0]?.after.map(({ close }) => close)).toEqual(bars.slice(271, 281).map(({ close }) => close));
    const [stays, , byOracle] = fans[0]?.forecasts ?? [];
    expect(stays?.prices[9]).toEqual(new Array(5).fill(bars[270]?.close));
    expect(byOracle?.forecaster).toBe('oracle');
    expect(byOracle?.prices[0]?.[2]).toBeCloseTo(bars[270]?.close ?? NaN, 9);
    expect(byOracle?.prices[0]?.[0]).toBeLessThan(byOracle?.prices[0]?.[1] ?? NaN);
  });

  it('reports its progress and lets the event loop run between answers', async () => {
    const progress: EvaluationProgress[] = [];
    const turns: number[] = [];
    let running = true;
    const loop = (async () => {
      for (let turn = 0; running; turn++) {
        await nextTurn();
        turns.push(turn);
      }
    })();
    await evaluate([oracle], [caseOf('A', 1, [300]), caseOf('B', 2, [300])], {
      onProgress: (report) => progress.push({ ...report, done: report.done }),
    });
    running = false;
    await loop;
    expect(turns.length).toBeGreaterThan(6);
    expect(progress).toHaveLength(6);
    expect(progress.at(-1)).toEqual({ symbol: 'B', forecaster: 'oracle', done: 6, total: 6 });
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const evaluation = evaluate([oracle], [caseOf('A', 1, [300]), caseOf('B', 2, [300])], {
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(new Error('enough')),
    });
    await expect(evaluation).rejects.toThrow('enough');
  });

  it.each([
    ['no numbers', studentTForecast(NaN)],
    ['descending', studentTForecast(-0.01)],
    ['nine horizons', { outcome: 'forecast' as const, quantiles: range(0, 9).map(() => new Float64Array(39)) }],
  ])('refuses quantiles that are not a distribution: %s', async (_, answer) => {
    const broken = forecasterOf('broken', () => answer);
    await expect(evaluate([broken], [caseOf('A', 1, [300])])).rejects.toMatchObject({
      details: { reason: 'invalid-forecast', forecaster: 'broken', symbol: 'A', session: session(300) },
    });
  });

  it('refuses a forecaster that leaves out an origin', async () => {
    const lazy: Forecaster = { name: 'lazy', forecasts: () => [] };
    await expect(evaluate([lazy], [caseOf('A', 1, [300])])).rejects.toThrow('lazy gave 0 answers from 1 origins of A');
  });

  it('stays finite where the price stands still', async () => {
    const evaluation = await evaluateOne([oracle], historyOf(new Array<number>(300).fill(100)), [280]);
    expect(evaluation?.baseline.skillOverNaive).toBe(0);
    expect(evaluation?.scores[0]?.skillOverBaseline).toBe(-1);
  });
});
