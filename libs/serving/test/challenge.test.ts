import { historyUntil } from '@closing-bell/forecasting';
import { bytesOf } from '../../forecasting/test/backtest/fixtures/small-field';
import { challenge, type ChallengeProgress } from '../src/challenge';
import { layOutJudgement } from '../src/gate';
import { market, otherAfter, smallTraining } from './fixtures/small-services';

const ROWS = 900;
const history = market(ROWS);
const { trainingEnd, origins } = layOutJudgement(ROWS);

/** A challenge of small networks; what it asked of the fit is written down. */
async function challenged(changes: Partial<Parameters<typeof challenge>[0]> = {}) {
  const { training, tasks } = await smallTraining();
  const progress: ChallengeProgress[] = [];
  const made = await challenge({
    symbol: 'A',
    history,
    champion: undefined,
    training,
    searchTrials: 0,
    signal: new AbortController().signal,
    onProgress: (one) => progress.push(one),
    ...changes,
  });
  return { made, tasks, progress };
}

const filesOf = ({ made }: Awaited<ReturnType<typeof challenged>>) =>
  [made.challenger, ...made.baselines].map((one) => one?.files);

describe('a challenge', () => {
  it('scores challenger, champion and baselines on the same origins, none of which was learnt from', async () => {
    const first = await challenged();
    const { made } = await challenged({ champion: first.made.challenger });
    expect(made.evaluation?.scores.map(({ forecaster }) => forecaster)).toEqual([
      'challenger',
      'champion',
      'ewma-fhs',
      'har-fhs',
      'gjr-fhs',
    ]);
    expect(made.evaluation?.origins[0]).toBe(history.bars[origins[0] ?? NaN]?.session);
    expect(made.evaluation?.origins).toHaveLength(252);
    expect(made.trainedUntil).toBe(history.bars[trainingEnd]?.session);
    // The same network twice: the challenger is not worse.
    expect(made.evaluation?.scores[0]?.crps).toBe(made.evaluation?.scores[1]?.crps);
    expect(made.verdict.checks).toHaveLength(8);
  });

  it('lets nothing that is judged, nor anything later, into what is fitted', async () => {
    const plain = await challenged();
    const poisoned = await challenged({ history: otherAfter(history, trainingEnd) });
    expect(filesOf(poisoned)).toEqual(filesOf(plain));
    expect(poisoned.made.evaluation?.scores[0]?.crps).not.toBe(plain.made.evaluation?.scores[0]?.crps);
    expect(filesOf(await challenged({ history: otherAfter(history, trainingEnd - 1) }))).not.toEqual(filesOf(plain));
  });

  it('tells of each epoch, and of each trial of a search, whose best options it fits', async () => {
    const { made, tasks, progress } = await challenged({ searchTrials: 3 });
    const trials = progress.filter(({ phase }) => phase === 'searching');
    expect(trials).toHaveLength(made.trials.length);
    expect(made.trials.length).toBeGreaterThanOrEqual(3);
    expect(made.epochs).toHaveLength(1);
    const best = made.trials.toSorted((a, b) => a.loss - b.loss)[0]?.options;
    expect(tasks.at(-1)).toMatchObject({ units: best?.units, lookback: best?.lookback });
    expect(made.challenger?.network?.preprocessing.training.options).toMatchObject({
      units: best?.units,
      dropout: best?.dropout,
      learningRate: best?.learningRate,
    });
    expect(made.reasons).toEqual([
      { code: 'searched', detail: expect.stringContaining('Of 3 combinations of options') as unknown },
    ]);
    const again = await challenged({ searchTrials: 3 });
    expect(bytesOf(again.tasks)).toEqual(bytesOf(tasks));
  });

  it('judges the baselines alone where there is too little history for a network', async () => {
    const { training, tasks } = await smallTraining({ minimumTrainingSessions: 600 });
    const { made } = await challenged({ training });
    expect(tasks).toEqual([]);
    expect(made.challenger).toBeUndefined();
    expect(made.reasons.map(({ code }) => code)).toEqual(['too-short']);
    expect(made.evaluation?.scores.map(({ forecaster }) => forecaster)).toEqual(['ewma-fhs', 'har-fhs', 'gjr-fhs']);
    expect(made.verdict).toMatchObject({
      decision: 'baseline',
      reasons: [{ code: 'no-candidate' }, { code: 'best-baseline' }],
    });
  });

  it.each([
    [620, ['rolling-quantile-250', 'ewma-fhs', 'gjr-fhs'], ['ewma-fhs', 'gjr-fhs']],
    [300, ['rolling-quantile-250', 'ewma-fhs'], ['ewma-fhs']],
    [100, ['rolling-quantile-250', 'ewma-fhs'], undefined],
    [5, ['rolling-quantile-250', 'ewma-fhs'], undefined],
  ])('does with %d bars what can be done', async (bars, fitted, scored) => {
    const { made } = await challenged({ history: historyUntil(history, bars - 1) });
    expect(made.baselines.map(({ name }) => name)).toEqual(fitted);
    expect(made.evaluation?.scores.map(({ forecaster }) => forecaster)).toEqual(scored);
    expect(made.verdict.decision).toBe('baseline');
    expect(fitted).toContain(made.verdict.bestBaseline);
  });

  it('keeps a champion where there is too little history to challenge it', async () => {
    const champion = (await challenged()).made.challenger;
    const { training } = await smallTraining({ minimumTrainingSessions: 600 });
    const { made } = await challenged({ training, champion });
    expect(made.verdict.decision).toBe('kept');
    expect(made.reasons.map(({ code }) => code)).toEqual(['too-short']);
  });

  it('starts at the champion’s weights where it is told to', async () => {
    const champion = (await challenged()).made.challenger;
    const { training } = await smallTraining();
    const { made } = await challenged({ training: { ...training, startAtChampion: true }, champion });
    expect(made.challenger?.network?.preprocessing.training.start).toEqual({ trainedUntil: made.trainedUntil });
  });

  it('ends with the reason of an abort', async () => {
    await expect(challenged({ signal: AbortSignal.abort(new Error('draining')) })).rejects.toThrow('draining');
  });
});
