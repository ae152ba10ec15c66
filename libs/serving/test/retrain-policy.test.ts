import { type ServingModel } from '@closing-bell/registry';
import { askPolicy, type RetrainQuestion } from '../src/retrain-policy';

const policy = { retrainAfterSessions: 63, pauseSessions: 21, driftPauseSessions: 10 };
const HASH = 'f'.repeat(64);

function version(number: number, age: number, featureSetHash = HASH): ServingModel {
  const moment = { session: String(age), trigger: 'features-computed' } as const;
  return {
    name: '^GSPC',
    version: number,
    decision: 'd',
    run: 'd',
    // The test's calendar reads the age from the session.
    moment,
    since: moment,
    kind: 'model',
    forecaster: 'blend',
    featureSetHash,
    metrics: {},
    artifact: { uri: 'file:///x', sha256: 'a'.repeat(64) },
  };
}

function ask(changes: Partial<RetrainQuestion>) {
  const { retrain, reasons } = askPolicy(policy, {
    trigger: 'features-computed',
    forceRetrain: false,
    featureSetHash: HASH,
    champion: undefined,
    latest: undefined,
    sessionsSince: Number,
    ...changes,
  });
  return [retrain, ...reasons.map(({ code }) => code)];
}

describe('the retraining policy', () => {
  it('trains where there is no champion', () => {
    expect(ask({})).toEqual([true, 'no-champion']);
  });

  it('keeps a young champion, and says why', () => {
    expect(ask({ champion: version(1, 62), latest: version(1, 62) })).toEqual([false, 'no-reason-to-retrain']);
  });

  it('retrains a champion that is too old, and not again each day after its challenger was refused', () => {
    const champion = version(1, 63);
    expect(ask({ champion, latest: champion })).toEqual([true, 'champion-too-old']);
    expect(ask({ champion, latest: version(2, 5) })).toEqual([false, 'champion-too-old', 'training-pause']);
    expect(ask({ champion, latest: version(2, 21) })).toEqual([true, 'champion-too-old']);
  });

  it('counts the age of a champion that was put in its place by hand from then on', () => {
    const byHand = (age: number) => ({
      ...version(1, 200),
      since: { session: String(age), trigger: 'by-hand' as const },
    });
    expect(ask({ champion: byHand(1), latest: version(2, 30) })).toEqual([false, 'no-reason-to-retrain']);
    expect(ask({ champion: byHand(63), latest: version(2, 90) })).toEqual([true, 'champion-too-old']);
  });

  it('retrains on drift, and pauses after a training', () => {
    const drift = 'log_return: ks-distance 0.500 above 0.400';
    const question = { trigger: 'drift-detected' as const, drift, champion: version(1, 40) };
    expect(ask({ ...question, latest: version(1, 40) })).toEqual([true, 'drift']);
    expect(ask({ ...question, latest: version(2, 9) })).toEqual([false, 'drift', 'training-pause']);
  });

  it('lets drift train again as soon as its window holds nothing that the last training knew, and nothing else so soon', () => {
    const alarm = { trigger: 'drift-detected' as const, latest: version(2, 10) };
    const performance = 'outside_90: share-of-matured 0.300 above 0.200';
    expect(ask({ ...alarm, drift: 'd' })).toEqual([true, 'no-champion', 'drift']);
    expect(ask({ ...alarm, performance })).toEqual([false, 'no-champion', 'performance', 'training-pause']);
    expect(ask({ latest: version(2, 10) })).toEqual([false, 'no-champion', 'training-pause']);
  });

  it('retrains when the served forecasts have gone bad, and pauses after a training', () => {
    const question = {
      trigger: 'drift-detected' as const,
      performance: 'outside_90: share-of-matured 0.300 above 0.200',
      champion: version(1, 40),
    };
    expect(ask({ ...question, latest: version(1, 40) })).toEqual([true, 'performance']);
    expect(ask({ ...question, latest: version(2, 20) })).toEqual([false, 'performance', 'training-pause']);
  });

  it('does not train again each day after a challenger was refused', () => {
    expect(ask({ latest: version(1, 1) })).toEqual([false, 'no-champion', 'training-pause']);
    expect(ask({ latest: version(1, 21) })).toEqual([true, 'no-champion']);
  });

  it('retrains at once when the champion cannot read the features', () => {
    expect(ask({ champion: version(1, 1, 'e'.repeat(64)), latest: version(1, 1) })).toEqual([
      true,
      'feature-set-changed',
    ]);
  });

  it('obeys force once a cascade: not again for the drift found in it', () => {
    const champion = version(1, 1);
    expect(ask({ forceRetrain: true, champion, latest: champion })).toEqual([true, 'forced']);
    const drift = { trigger: 'drift-detected' as const, drift: 'x' };
    expect(ask({ forceRetrain: true, champion, latest: champion, ...drift })).toEqual([
      false,
      'drift',
      'training-pause',
    ]);
  });
});
