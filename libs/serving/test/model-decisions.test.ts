import { type FitNetwork, loadForecaster } from '@closing-bell/forecasting';
import { type ModelRegistry } from '@closing-bell/registry';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DecisionRecord } from '../src/decision-log';
import { judge } from '../src/gate';
import { ALARM, market, sessionAt, SmallServices, smallTraining } from './fixtures/small-services';

jest.mock('../src/gate', () => {
  const gate = jest.requireActual<typeof import('../src/gate')>('../src/gate');
  return { ...gate, judge: jest.fn(gate.judge) };
});
const judged = jest.mocked(judge);
const { judge: realJudge } = jest.requireActual<typeof import('../src/gate')>('../src/gate');

/** What the gate says next: small networks do not reliably pass or fail it. */
function verdictIs(decision: 'promoted' | 'rejected' | 'baseline', bestBaseline: 'har-fhs' | 'ewma-fhs' = 'har-fhs') {
  judged.mockImplementationOnce((evaluation) => ({ ...realJudge(evaluation), decision, bestBaseline }));
}

const ROWS = 960;
const FIRST = 899;
const history = market(ROWS);
const recordOf = ({ record }: { record: { uri: string } }) =>
  JSON.parse(readFileSync(fileURLToPath(record.uri), 'utf8')) as DecisionRecord;
const codes = ({ reasons }: { reasons: { code: string }[] }) => reasons.map(({ code }) => code);

describe('decisions on the model', () => {
  let services: SmallServices;
  let tasks: Awaited<ReturnType<typeof smallTraining>>['tasks'];
  beforeEach(async () => {
    const small = await smallTraining();
    tasks = small.tasks;
    services = new SmallServices(history, small.training);
  });
  afterEach(() => {
    services.remove();
    judged.mockImplementation(realJudge);
  });

  it('promotes a challenger that passes the gate; it serves until there is a reason to train again', async () => {
    verdictIs('promoted');
    const first = await services.decide(FIRST);
    expect(first).toMatchObject({ decision: 'promoted', model: { name: '^GSPC', version: 1 } });
    expect(codes(first)[0]).toBe('no-champion');
    const next = await services.decide(FIRST + 1);
    expect(next).toMatchObject({ decision: 'kept', model: first.model });
    expect(tasks).toHaveLength(1);
    const { challenger, checks, scores } = recordOf(first);
    expect(challenger).toEqual(first.model);
    expect(checks?.map(({ rule }) => rule)).toEqual([
      'beats-baseline',
      'not-worse-than-har',
      'coverage-in-band',
      'ties-naive',
    ]);
    expect(scores?.scores).toHaveLength(4);
  });

  it('registers a blend that can be loaded, with a card that tells its scores and a page that draws them', async () => {
    verdictIs('promoted');
    const { model } = await services.decide(FIRST);
    const files = await services.registry.load(model?.artifact ?? { uri: '', sha256: '' });
    expect((await loadForecaster(files)).name).toBe('blend');
    const card = files['model-card.md']?.toString() ?? '';
    expect(card).toContain('| har-fhs |');
    expect(card).toContain('**promoted**');
    expect(files['judgement.html']?.toString()).toContain(`${sessionAt(FIRST)}: challenger promoted</h1>`);
  });

  it('lets the best baseline serve where no model is fit to, and goes on with it while trainings pause', async () => {
    verdictIs('baseline');
    const first = await services.decide(FIRST);
    expect(first).toMatchObject({ decision: 'baseline', model: { version: 2 } });
    const { versions, serving } = await services.registry.list('^GSPC');
    expect(versions.map(({ kind, forecaster }) => [kind, forecaster])).toEqual([
      ['model', 'blend'],
      ['baseline', 'har-fhs'],
    ]);
    expect(serving?.version).toBe(2);
    const next = await services.decide(FIRST + 1);
    expect(next).toMatchObject({ decision: 'baseline', model: first.model });
    expect(codes(next)).toEqual(['no-champion', 'training-pause']);
    verdictIs('promoted');
    expect(await services.decide(FIRST + 21)).toMatchObject({ decision: 'promoted', model: { version: 3 } });
  });

  it('takes an unfit champion’s place for good, not for a day', async () => {
    verdictIs('promoted');
    await services.decide(FIRST);
    verdictIs('baseline', 'ewma-fhs');
    const replaced = await services.decide(FIRST + 30, { trigger: 'drift-detected', columns: ALARM });
    expect(replaced).toMatchObject({ decision: 'baseline', model: { version: 3 } });
    expect(await services.decide(FIRST + 31)).toMatchObject({ decision: 'baseline', model: { version: 3 } });
  });

  it('keeps serving the champion when a challenger is rejected', async () => {
    verdictIs('promoted');
    const first = await services.decide(FIRST);
    verdictIs('rejected');
    const second = await services.decide(FIRST + 30, { trigger: 'drift-detected', columns: ALARM });
    expect(second).toMatchObject({ decision: 'rejected', model: first.model });
    expect(codes(second)[0]).toBe('drift');
    expect(recordOf(second).challenger?.version).toBe(2);
    expect(await services.decide(FIRST + 31)).toMatchObject({ decision: 'kept', model: first.model });
  });

  it('says the same again for the same inputs, without training again', async () => {
    verdictIs('promoted');
    const first = await services.decide(FIRST);
    const files = readdirSync(services.folder, { recursive: true });
    expect(await services.decide(FIRST)).toEqual(first);
    expect(tasks).toHaveLength(1);
    expect(readdirSync(services.folder, { recursive: true })).toEqual(files);
  });

  it.each(['register', 'log', 'appoint'] as const)('ends the same after a crash at %s', async (call) => {
    verdictIs('baseline');
    const plain = await services.decide(FIRST);
    const [listed, runs] = await Promise.all([services.registry.list('^GSPC'), services.registry.runs('^GSPC')]);
    services.remove();
    // The same place again: what is stored names its address.
    mkdirSync(services.folder);
    let crashes = 1;
    const { training } = await smallTraining();
    const { registry } = new SmallServices(history, training, {}, services.folder);
    const crashing = new Proxy(registry, {
      get:
        (target, name: keyof ModelRegistry) =>
        async (...args: unknown[]) => {
          const result = await (target[name] as (...args: unknown[]) => Promise<unknown>).apply(target, args);
          if (name === call && crashes-- > 0) throw new Error('crashed');
          return result;
        },
    });
    const crashed = new SmallServices(history, training, { registry: crashing }, services.folder);
    verdictIs('baseline');
    await expect(crashed.decide(FIRST)).rejects.toThrow('crashed');
    // A decision that is on record is not judged again.
    if (call !== 'appoint') verdictIs('baseline');
    expect(await crashed.decide(FIRST)).toEqual(plain);
    expect(await registry.list('^GSPC')).toEqual(listed);
    expect(await registry.runs('^GSPC')).toEqual(runs);
  });

  it('serves whom a hand put in its place from the next session on, and leaves it there', async () => {
    verdictIs('promoted');
    const first = await services.decide(FIRST);
    verdictIs('promoted');
    const second = await services.decide(FIRST + 30, { trigger: 'drift-detected', columns: ALARM });
    expect(second.model?.version).toBe(2);
    const session = sessionAt(FIRST + 30);
    await services.registry.appoint('^GSPC', 1, { session, trigger: 'by-hand', madeAt: '2026-01-05T10:00:00.000Z' });
    for (const row of [FIRST + 31, FIRST + 52]) {
      const made = await services.decide(row);
      expect(made).toMatchObject({ decision: 'kept', model: first.model });
      expect(codes(made)).toEqual(['no-reason-to-retrain']);
    }
  });

  it('tells of what changed, and not of what stayed', async () => {
    const changed: string[] = [];
    const { training } = await smallTraining();
    services.remove();
    services = new SmallServices(history, training, { onChange: (symbol) => changed.push(symbol) });
    verdictIs('promoted');
    await services.decide(FIRST);
    await services.decide(FIRST + 1);
    expect(changed).toEqual(['^GSPC']);
  });

  it('logs a training and the trials of a forced search as runs', async () => {
    verdictIs('promoted');
    const made = await services.decide(FIRST, { forceRetrain: true, searchTrials: 3 });
    expect(made.searchTrials).toBe(3);
    expect(codes(made).slice(0, 2)).toEqual(['forced', 'searched']);
    const [training, ...trials] = await services.registry.runs('^GSPC');
    expect(training).toMatchObject({ kind: 'training', parameters: { lookback: expect.any(Number) as unknown } });
    expect(training?.metrics.crps).toBeGreaterThan(0);
    expect(training?.series.trainingLoss).toHaveLength(1);
    expect(trials.length).toBeGreaterThanOrEqual(3);
    for (const trial of trials) expect(trial).toMatchObject({ kind: 'trial', parent: training?.identity });
  });

  it('does not search where drift follows a forced retraining', async () => {
    verdictIs('promoted');
    await services.decide(FIRST, { forceRetrain: true, searchTrials: 2 });
    verdictIs('rejected');
    const forced = { forceRetrain: true, searchTrials: 2 };
    await services.decide(FIRST + 30, { ...forced, trigger: 'drift-detected', columns: ALARM });
    const trials = (await services.registry.runs('^GSPC')).filter(({ kind }) => kind === 'trial');
    expect(new Set(trials.map(({ moment }) => moment.trigger))).toEqual(new Set(['features-computed']));
  });

  it('neither serves nor compares a champion that cannot read the features', async () => {
    verdictIs('promoted');
    await services.decide(FIRST);
    verdictIs('promoted');
    const changed = await services.decide(FIRST + 1, { featureSetHash: 'e'.repeat(64) });
    expect(codes(changed)[0]).toBe('feature-set-changed');
    expect(recordOf(changed).scores?.scores.map(({ forecaster }) => forecaster)).not.toContain('champion');
    expect(changed.model?.version).toBe(2);
  });

  it('knows nothing of later decisions when an earlier close is replayed', async () => {
    verdictIs('promoted');
    await services.decide(FIRST + 20);
    verdictIs('rejected');
    const earlier = await services.decide(FIRST);
    expect(codes(earlier)[0]).toBe('no-champion');
    expect(earlier.model).toBeUndefined();
  });

  it('serves the rolling quantile without a version where there is hardly any history, and trains nothing', async () => {
    const made = await services.decide(50);
    expect(made.decision).toBe('baseline');
    expect(made.model).toBeUndefined();
    expect(codes(made)).toEqual(['no-champion', 'too-short', 'no-scored-origins']);
    expect(tasks).toEqual([]);
    expect((await services.registry.list('^GSPC')).versions).toEqual([]);
  });

  it('ends a training with the reason of an abort, and keeps nothing of it', async () => {
    const controller = new AbortController();
    const fit: FitNetwork = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
        controller.abort(new Error('draining'));
      });
    const { training } = await smallTraining();
    services.remove();
    services = new SmallServices(history, { ...training, fit });
    await expect(services.decide(FIRST, {}, controller.signal)).rejects.toThrow('draining');
    expect(readdirSync(services.folder)).toEqual([]);
  });

  it('appoints whom a record of release 0.1 promotes', async () => {
    verdictIs('promoted');
    const first = await services.decide(FIRST);
    const path = fileURLToPath(first.record.uri);
    const { appoints: _, ...old } = recordOf(first);
    const other = new SmallServices(history, (await smallTraining()).training);
    try {
      const key = path.slice(join(services.folder, '/').length);
      await other.objects.createIfAbsent(key, Buffer.from(JSON.stringify(old)));
      await other.registry.register({
        name: '^GSPC',
        decision: 'old',
        run: 'old',
        moment: { session: first.session, trigger: 'features-computed' },
        kind: 'model',
        forecaster: 'lstm',
        files: {},
        featureSetHash: 'f',
        metrics: {},
        lineage: { bars: first.bars, features: first.features, seed: 1, parameters: {} },
      });
      expect((await other.decide(FIRST)).decision).toBe('promoted');
      expect((await other.registry.list('^GSPC')).serving?.version).toBe(1);
    } finally {
      other.remove();
    }
  });
});
