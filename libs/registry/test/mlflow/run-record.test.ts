import { type Run as MlflowRun } from '../../src/mlflow/entities';
import { runParameters, runSeries, runTags, scorePoints, timesOf, titleOf } from '../../src/mlflow/run-record';
import { type Run } from '../../src/model-registry';

const RUN: Run = {
  identity: 'a',
  name: '^GSPC',
  kind: 'training',
  moment: { session: '2020-03-24', trigger: 'features-computed' },
  parameters: { units: 200, warm: false, head: 'student-t' },
  metrics: { crps: 0.5, validationLoss: 1.5 },
  series: { trainingLoss: [3, 2], validationLoss: [2, 1.5] },
  notes: { decision: 'promoted', reasons: '- `due` It was time.', trainedUntil: '' },
  datasets: {},
};
const CIRCUMSTANCES = { startedAt: '2020-03-24T21:15:00.000Z', seconds: 4.5, code: '0.1.0', environment: 'Node 20' };
const CLOSE = Date.UTC(2020, 2, 24, 21);

describe('a run in MLflow', () => {
  it('began and ended when it did, or counts as one after its session’s close', () => {
    const start = Date.UTC(2020, 2, 24, 21, 15);
    expect(timesOf({ ...RUN, circumstances: CIRCUMSTANCES })).toEqual({ start, end: start + 4500 });
    expect(timesOf(RUN)).toEqual({ start: CLOSE, end: CLOSE });
  });

  it('is listed by symbol and session, by what triggered it where that is no close, and a trial by its own part', () => {
    expect(titleOf(RUN)).toBe('^GSPC 2020-03-24');
    const moment = { session: '2020-03-24', trigger: 'drift-detected' } as const;
    expect(titleOf({ ...RUN, moment })).toBe('^GSPC 2020-03-24 drift-detected');
    const trial = { ...RUN, parent: 'a', kind: 'trial' } as const;
    expect(titleOf({ ...trial, identity: 'a-rung-1' })).toBe('^GSPC 2020-03-24 rung-1');
    expect(titleOf({ ...trial, identity: 'b' })).toBe('^GSPC 2020-03-24 trial');
  });

  it('has its notes, and the decision with its reasons at the top of its page', () => {
    expect(runTags({ ...RUN, circumstances: CIRCUMSTANCES })).toEqual({
      'closing-bell.name': '^GSPC',
      'closing-bell.kind': 'training',
      'closing-bell.session': '2020-03-24',
      'closing-bell.trigger': 'features-computed',
      'closing-bell.decision': 'promoted',
      'closing-bell.reasons': '- `due` It was time.',
      'closing-bell.code': '0.1.0',
      'closing-bell.environment': 'Node 20',
      'mlflow.source.name': 'Closing Bell 0.1.0',
      'mlflow.note.content': '**promoted**\n\n- `due` It was time.',
    });
    expect(runTags({ ...RUN, notes: { name: 'another' } })).toMatchObject({ 'closing-bell.name': '^GSPC' });
  });

  it('has parameters as texts, cut off where MLflow would refuse them', () => {
    expect(runParameters(RUN)).toEqual({ units: '200', warm: 'false', head: 'student-t' });
    const { long = '' } = runParameters({ ...RUN, parameters: { long: 'x'.repeat(7000) } });
    expect(long).toBe(`${'x'.repeat(5999)}…`);
  });

  it('has what it came to at step 0 and series from step 1, each under a name of its own', () => {
    const point = (step: number, value: number): object => ({ step, value, timestamp: CLOSE });
    expect(runSeries(RUN)).toEqual({
      crps: [point(0, 0.5)],
      'validationLoss.final': [point(0, 1.5)],
      trainingLoss: [point(1, 3), point(2, 2)],
      validationLoss: [point(1, 2), point(2, 1.5)],
    });
  });

  it('lends a model the scores that are its own, and another model’s the forecaster’s name', () => {
    const run = { startTime: 1, endTime: 2, metrics: { crps: 0.5, coverage90: 0.9 } } as unknown as MlflowRun;
    expect(Object.keys(scorePoints(run, 'blend', { crps: 0.5 }))).toEqual(['crps']);
    expect(scorePoints(run, 'har-fhs', { crps: 0.6 })).toEqual({
      'har-fhs.crps': { step: 0, value: 0.6, timestamp: 2 },
    });
  });
});
