import { type Scores } from '@closing-bell/forecasting';
import { scoresLike } from '../../forecasting/test/fixtures/scores';
import { judge, layOutJudgement } from '../src/gate';

interface Measured {
  readonly crps?: number;
  /** One-sided p that it beats the last year's quantiles, and HAR. */
  readonly p?: number | null;
  readonly pHar?: number | null;
  readonly coverage90?: number;
  readonly maeToNaive?: number;
}

/** Scores of a candidate that passes every rule, but for what is given. */
function candidate(forecaster: string, { crps = 0.0095, p = 0.01, pHar = 0.5, ...given }: Measured = {}): Scores {
  const comparison = (rival: string, skill: number, pBetter: number | null) => ({
    rival,
    skill,
    pBetter,
    pDifferent: pBetter,
  });
  return scoresLike({
    forecaster,
    crps,
    skillOverBaseline: 1 - crps / 0.01,
    comparisons: [comparison('rolling-quantile-250', 1 - crps / 0.01, p), comparison('har-fhs', -0.002, pHar)],
    ...given,
  });
}

const reference = scoresLike({ forecaster: 'rolling-quantile-250', crps: 0.01 });
const har = scoresLike({ forecaster: 'har-fhs', crps: 0.0094 });
const ewma = scoresLike({ forecaster: 'ewma-fhs', crps: 0.0096 });

/** The verdict on a challenger and a champion, each left out where it is undefined. */
function verdict(challenger: Measured | undefined, champion?: Measured, baselines: Scores[] = [ewma, har]) {
  return judge({
    origins: new Array<string>(252).fill('2019-06-03'),
    baseline: reference,
    scores: [
      ...(challenger ? [candidate('challenger', challenger)] : []),
      ...(champion ? [candidate('champion', champion)] : []),
      ...baselines,
    ],
  });
}
const codes = ({ reasons }: ReturnType<typeof judge>): string[] => reasons.map(({ code }) => code);

describe('the gate', () => {
  it('promotes a first challenger that passes every rule, with the numbers', () => {
    const first = verdict({});
    expect(first.decision).toBe('promoted');
    expect(codes(first)).toEqual([
      'beats-baseline',
      'not-worse-than-har',
      'coverage-in-band',
      'ties-naive',
      'unopposed',
    ]);
    expect(first.reasons[0]?.detail).toBe(
      'The challenger beats the baseline: CRPS 0.009500 against 0.01000 of rolling-quantile-250, skill 5.0 %, one-sided p 0.010 over 252 origins.',
    );
    expect(first.checks).toHaveLength(4);
    expect(first.checks[0]).toMatchObject({
      candidate: 'challenger',
      rule: 'beats-baseline',
      passed: true,
      value: 0.01,
      limits: [0, 0.05],
    });
  });

  it.each<[string, Measured]>([
    ['loses-to-baseline', { p: 0.05 }],
    ['loses-to-baseline', { p: null }],
    ['worse-than-har', { pHar: 0.951 }],
    ['coverage-out-of-band', { coverage90: 0.839 }],
    ['coverage-out-of-band', { coverage90: 0.961 }],
    ['loses-to-naive', { maeToNaive: 1.021 }],
  ])('does not serve a challenger that fails a rule: %s', (code, measured) => {
    const alone = verdict(measured);
    expect(alone.decision).toBe('baseline');
    expect(codes(alone)).toContain(code);
    expect(codes(alone).at(-1)).toBe('best-baseline');
    const opposed = verdict(measured, {});
    expect(opposed.decision).toBe('rejected');
    expect(codes(opposed)).toContain(code);
  });

  it.each<[Measured]>([
    [{ p: 0.049 }],
    [{ pHar: 0.95 }],
    [{ pHar: null }],
    [{ coverage90: 0.84 }],
    [{ coverage90: 0.96 }],
    [{ maeToNaive: 1.02 }],
  ])('serves one that just passes: %j', (measured) => {
    expect(verdict(measured).decision).toBe('promoted');
  });

  it('asks for nothing beside HAR where HAR could not be fitted', () => {
    const { decision, checks } = judge({
      origins: ['2019-06-03'],
      baseline: reference,
      scores: [{ ...candidate('challenger'), comparisons: candidate('challenger').comparisons.slice(0, 1) }],
    });
    expect(decision).toBe('promoted');
    expect(checks.map(({ rule }) => rule)).not.toContain('not-worse-than-har');
  });

  it.each([0.0095, 0.0094])('promotes a challenger that is not worse than the champion, at %d', (crps) => {
    const judged = verdict({ crps }, { crps: 0.0095 });
    expect(judged.decision).toBe('promoted');
    expect(codes(judged)).toContain('not-worse-than-champion');
    expect(judged.checks).toHaveLength(8);
  });

  it('rejects a challenger that is worse than a fit champion', () => {
    const judged = verdict({ crps: 0.0096 }, { crps: 0.0095 });
    expect(judged.decision).toBe('rejected');
    expect(codes(judged).at(-1)).toBe('worse-than-champion');
  });

  it('promotes a fit challenger over a champion that is not fit, however it compares', () => {
    const judged = verdict({ crps: 0.0098 }, { crps: 0.0095, coverage90: 0.8 });
    expect(judged.decision).toBe('promoted');
    expect(codes(judged)).toContain('champion-unfit');
  });

  it('keeps a fit champion without a challenger, and serves a baseline in place of one that is not', () => {
    expect(verdict(undefined, {}).decision).toBe('kept');
    expect(verdict(undefined, { p: 0.5 }).decision).toBe('baseline');
  });

  it('names the best baseline, and the simplest of equals', () => {
    expect(verdict({ p: 0.5 }, { p: 0.5 })).toMatchObject({ decision: 'baseline', bestBaseline: 'har-fhs' });
    expect(verdict({ p: 0.5 }, undefined, [ewma]).bestBaseline).toBe('ewma-fhs');
    const equal = [scoresLike({ forecaster: 'har-fhs', crps: 0.01 })];
    expect(verdict({ p: 0.5 }, undefined, equal).bestBaseline).toBe('rolling-quantile-250');
  });

  it('serves the baseline, and says so, when nothing could be scored or there is nothing to judge', () => {
    expect(codes(judge(undefined))).toEqual(['no-scored-origins']);
    expect(codes(verdict(undefined))).toEqual(['no-candidate', 'best-baseline']);
  });

  it('fits its sentences into a message', () => {
    for (const { detail } of verdict({ p: 1e-9, pHar: null }, { crps: 0.0123456 }).reasons) {
      expect(detail.length).toBeLessThan(500);
    }
  });
});

describe('the layout of a judgement', () => {
  it('judges on the last 252 origins whose outcomes are known, ten sessions after what the challenger saw', () => {
    const { trainingEnd, origins } = layOutJudgement(2000);
    expect(origins).toHaveLength(252);
    expect(origins.at(-1)).toBe(1989);
    expect(origins[0]).toBe(1738);
    expect(trainingEnd).toBe(1728);
  });

  it('has fewer origins and nothing to train on where the history is short', () => {
    const { trainingEnd, origins } = layOutJudgement(30);
    expect(origins).toHaveLength(20);
    expect(trainingEnd).toBeLessThan(0);
  });
});
