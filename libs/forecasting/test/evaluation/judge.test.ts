import { judge, layOutJudgement } from '../../src/evaluation/judge';
import { type Scores } from '../../src/evaluation/summarise';
import { scoresLike } from '../fixtures/scores';

function scores(forecaster: string, crps: number, maeToNaive = 1): Scores {
  return scoresLike({ forecaster, crps, skillOverBaseline: 1 - crps / 0.01, skillOverNaive: 0.2, maeToNaive });
}

const evaluation = {
  origins: new Array<string>(126).fill('2019-06-03'),
  baseline: scores('rolling-quantile-250', 0.01),
};
const codes = (verdict: ReturnType<typeof judge>): string[] => verdict.reasons.map(({ code }) => code);

describe('the gate', () => {
  it('promotes a first challenger that beats the baseline and ties naive', () => {
    const verdict = judge({ evaluation, challenger: scores('lstm', 0.0095) });
    expect(verdict.decision).toBe('promoted');
    expect(codes(verdict)).toEqual(['beats-baseline', 'ties-naive', 'unopposed']);
    expect(verdict.reasons[0]?.detail).toBe(
      'The challenger is at least as good as the baseline: CRPS 0.009500 against 0.01000 of rolling-quantile-250, skill 5.0 % over 126 origins.',
    );
  });

  it.each([0.0095, 0.0094])('promotes a challenger that is not worse than the champion, at %d', (crps) => {
    const verdict = judge({ evaluation, challenger: scores('lstm', crps), champion: scores('lstm', 0.0095) });
    expect(verdict.decision).toBe('promoted');
    expect(codes(verdict)).toContain('not-worse-than-champion');
  });

  it('rejects a challenger that is worse than a fit champion', () => {
    const verdict = judge({ evaluation, challenger: scores('lstm', 0.0096), champion: scores('lstm', 0.0095) });
    expect(verdict.decision).toBe('rejected');
    expect(codes(verdict)).toContain('worse-than-champion');
  });

  it('rejects a challenger that loses to the baseline while the champion is fit', () => {
    const verdict = judge({ evaluation, challenger: scores('lstm', 0.0101), champion: scores('lstm', 0.0099) });
    expect(verdict.decision).toBe('rejected');
    expect(codes(verdict)).toContain('loses-to-baseline');
  });

  it('falls back to the baseline when a challenger loses to it and there is no champion', () => {
    expect(judge({ evaluation, challenger: scores('lstm', 0.0101) }).decision).toBe('baseline');
  });

  it('does not serve a model whose point error loses to naive', () => {
    const verdict = judge({ evaluation, challenger: scores('lstm', 0.009, 1.021) });
    expect(verdict.decision).toBe('baseline');
    expect(codes(verdict)).toContain('loses-to-naive');
    expect(judge({ evaluation, challenger: scores('lstm', 0.009, 1.02) }).decision).toBe('promoted');
  });

  it('promotes a fit challenger over a champion that loses to the baseline', () => {
    const verdict = judge({ evaluation, challenger: scores('lstm', 0.0098), champion: scores('lstm', 0.0102) });
    expect(verdict.decision).toBe('promoted');
    expect(codes(verdict)).toContain('champion-unfit');
  });

  it('keeps a fit champion without a challenger, and does not serve one that loses to the baseline', () => {
    expect(judge({ evaluation, champion: scores('lstm', 0.0098) }).decision).toBe('kept');
    expect(judge({ evaluation, champion: scores('lstm', 0.0102) }).decision).toBe('baseline');
  });

  it('serves the baseline when both candidates lose to it', () => {
    const verdict = judge({ evaluation, challenger: scores('lstm', 0.011), champion: scores('lstm', 0.012) });
    expect(verdict.decision).toBe('baseline');
  });

  it('serves the baseline, and says so, when nothing could be scored or there is nothing to judge', () => {
    expect(codes(judge({ evaluation: undefined, champion: scores('lstm', 0.009) }))).toEqual(['no-scored-origins']);
    expect(judge({ evaluation })).toMatchObject({ decision: 'baseline', reasons: [{ code: 'no-candidate' }] });
  });
});

describe('the layout of a judgement', () => {
  it('judges on the last 126 origins whose outcomes are known, ten sessions after what the challenger saw', () => {
    const { trainingEnd, origins } = layOutJudgement(2000);
    expect(origins).toHaveLength(126);
    expect(origins.at(-1)).toBe(1989);
    expect(origins[0]).toBe(1864);
    expect(trainingEnd).toBe(1854);
  });

  it('has fewer origins and nothing to train on where the history is short', () => {
    const { trainingEnd, origins } = layOutJudgement(30);
    expect(origins).toHaveLength(20);
    expect(trainingEnd).toBeLessThan(0);
  });
});
