import { type ModelRegistry, type Moment, type NewModel, type Run } from '../src';

const reference = { uri: 'file:///x', sha256: 'a'.repeat(64) };
const at = (session: string, trigger: Moment['trigger'] = 'features-computed'): Moment => ({ session, trigger });

/** What an adapter cannot do, each with the reason. */
export type Missing = Readonly<Partial<Record<'one version for racing writers of one decision', string>>>;

/**
 * What every registry must do. `open` gives another client of the registry that all tests of a file share: each uses names of its own.
 */
export function describeRegistry(what: string, open: () => ModelRegistry, missing: Missing = {}): void {
  describe(`the registry in ${what}`, () => {
    let registry: ModelRegistry;
    let name: string;
    let count = 0;
    beforeEach(() => {
      registry = open();
      name = `^T${++count}`;
    });

    const model = (decision: string, moment: Moment, changes: Partial<NewModel> = {}): NewModel => ({
      name,
      decision: `${name}-${decision}`,
      run: `${name}-${decision}`,
      moment,
      kind: 'model',
      forecaster: 'blend',
      files: {
        'network.json': Buffer.from(`{"made by":"${decision}"}`),
        'weights.bin': Buffer.from([1, 2, 3, 0, 255]),
        'model-card.md': Buffer.from('# A card'),
      },
      featureSetHash: 'f'.repeat(64),
      metrics: { crps: 0.5, skillOverBaseline: -0.0123456789 },
      lineage: { bars: reference, features: reference, seed: 7, parameters: { units: 200, head: 'student-t' } },
      ...changes,
    });
    const run = (identity: string, moment: Moment, changes: Partial<Run> = {}): Run => ({
      identity: `${name}-${identity}`,
      name,
      kind: 'training',
      moment,
      parameters: { units: 8, warm: false, head: 'student-t' },
      metrics: { crps: 0.1 + 0.2 },
      series: { trainingLoss: [3, 2.5], validationLoss: [3.1, 2.6] },
      notes: { decision: 'promoted', reasons: '- `no-champion` No model serves.' },
      datasets: { bars: reference, features: { ...reference, uri: 'file:///y' } },
      ...changes,
    });
    /** Trains, registers and logs what a decision does. */
    const registered = async (decision: string, moment: Moment, changes: Partial<NewModel> = {}) => {
      await registry.log(run(decision, moment));
      return registry.register(model(decision, moment, changes));
    };

    it('has nothing of a model that is not there', async () => {
      expect(await registry.list(name)).toEqual({ versions: [], appointments: [], serving: undefined });
      expect(await registry.runs(name)).toEqual([]);
      expect(await registry.servingBefore(name, at('2020-01-02'))).toBeUndefined();
      expect(await registry.latestBefore(name, at('2020-01-02'))).toBeUndefined();
      expect(await registry.names()).not.toContain(name);
    });

    it('numbers versions from 1 for each model, and gives their files and lineage back to another client', async () => {
      const first = await registered('d1', at('2020-01-02'));
      const second = await registered('d2', at('2020-02-03'));
      expect([first.version, second.version]).toEqual([1, 2]);
      // As messages take it.
      expect(first.artifact).toEqual({
        uri: expect.stringMatching(/^[a-z][a-z0-9+.-]*:\/\/\S+$/) as string,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      });
      const other = `${name}B`;
      await registry.log(run('d3', at('2020-01-02'), { name: other }));
      expect((await registry.register(model('d3', at('2020-01-02'), { name: other }))).version).toBe(1);
      const { files, lineage } = model('d2', at('2020-02-03'));
      expect(await open().load(second.artifact)).toEqual(files);
      expect(await open().lineage(second.artifact)).toEqual(lineage);
      expect((await open().list(name)).versions).toEqual([first, second]);
      expect(await open().names()).toEqual(expect.arrayContaining([name, other]));
    });

    it('gives the same version for the same decision again, however often', async () => {
      const first = await registered('d1', at('2020-01-02'));
      await registered('d2', at('2020-02-03'));
      expect(await open().register(model('d1', at('2020-01-02')))).toEqual(first);
      expect((await registry.list(name)).versions).toHaveLength(2);
    });

    it('numbers versions without gap or double when many register at once', async () => {
      const decisions = Array.from({ length: 6 }, (_, index) => `d${index}`);
      for (const decision of decisions) await registry.log(run(decision, at('2020-01-02')));
      const all = await Promise.all(decisions.map((decision) => open().register(model(decision, at('2020-01-02')))));
      expect(all.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    });

    const racing = missing['one version for racing writers of one decision'] === undefined ? it : it.skip;
    racing('makes one version of a decision that many register at once', async () => {
      await registry.log(run('d1', at('2020-01-02')));
      const all = await Promise.all(Array.from({ length: 6 }, () => open().register(model('d1', at('2020-01-02')))));
      expect(new Set(all.map(({ version }) => version)).size).toBe(1);
      expect((await registry.list(name)).versions).toHaveLength(1);
    });

    it('knows what served as of a moment: what is appointed then or later does not count', async () => {
      await registered('d1', at('2020-01-02'));
      await registered('d2', at('2020-02-03', 'drift-detected'));
      await registry.appoint(name, 1, at('2020-01-02'));
      await registry.appoint(name, 2, at('2020-02-03', 'drift-detected'));
      const servingBefore = async (moment: Moment) => (await open().servingBefore(name, moment))?.version;
      expect(await servingBefore(at('2020-01-02'))).toBeUndefined();
      expect(await servingBefore(at('2020-01-02', 'drift-detected'))).toBe(1);
      expect(await servingBefore(at('2020-02-03', 'drift-detected'))).toBe(1);
      expect(await servingBefore(at('2020-02-04'))).toBe(2);
      expect(await open().list(name)).toMatchObject({
        serving: { version: 2 },
        appointments: [
          { version: 1, moment: at('2020-01-02') },
          { version: 2, moment: at('2020-02-03', 'drift-detected') },
        ],
      });
    });

    it('says since when a version serves; a hand comes after all else of a session', async () => {
      await registered('d1', at('2020-01-02'));
      await registered('d2', at('2020-02-03'));
      await registry.appoint(name, 2, at('2020-02-03'));
      await registry.appoint(name, 1, at('2020-02-03', 'by-hand'));
      expect(await registry.servingBefore(name, at('2020-02-03', 'drift-detected'))).toMatchObject({
        version: 2,
        since: at('2020-02-03'),
      });
      expect(await registry.servingBefore(name, at('2020-02-04'))).toMatchObject({
        version: 1,
        since: at('2020-02-03', 'by-hand'),
      });
    });

    it('lets the last hand of a session count, also one that goes back to what served before', async () => {
      await registered('d1', at('2020-01-02'));
      await registered('d2', at('2020-02-03'));
      const byHand = (minute: number): Moment => ({
        ...at('2020-02-03', 'by-hand'),
        madeAt: `2026-01-05T10:0${minute}:00.000Z`,
      });
      const serves = async () => (await open().servingBefore(name, at('2020-02-04')))?.version;
      await registry.appoint(name, 1, byHand(1));
      await registry.appoint(name, 2, byHand(2));
      expect(await serves()).toBe(2);
      await registry.appoint(name, 1, byHand(3));
      expect(await serves()).toBe(1);
      await registry.appoint(name, 2, byHand(2));
      expect(await serves()).toBe(1);
      expect((await registry.list(name)).appointments).toEqual([
        { version: 1, moment: byHand(1) },
        { version: 2, moment: byHand(2) },
        { version: 1, moment: byHand(3) },
      ]);
    });

    it('takes the later of two appointments that were made for one moment', async () => {
      await registered('d1', at('2020-01-02'));
      await registered('d2', at('2020-01-02'));
      for (const version of [2, 1]) await registry.appoint(name, version, at('2020-02-03', 'by-hand'));
      expect((await open().list(name)).serving?.version).toBe(1);
      expect((await open().servingBefore(name, at('2020-02-04')))?.version).toBe(1);
    });

    it('appoints once, however often it is told, and at any number of moments', async () => {
      await registered('d1', at('2020-01-02'));
      for (const session of ['2020-01-02', '2020-01-02', '2020-03-02']) await registry.appoint(name, 1, at(session));
      expect((await registry.list(name)).appointments).toEqual([
        { version: 1, moment: at('2020-01-02') },
        { version: 1, moment: at('2020-03-02') },
      ]);
    });

    it('keeps what serves today when a replay appoints for an earlier session', async () => {
      await registered('d1', at('2020-02-03'));
      await registered('d2', at('2020-01-02'));
      await registry.appoint(name, 1, at('2020-02-03'));
      await registry.appoint(name, 2, at('2020-01-02'));
      expect((await registry.list(name)).serving?.version).toBe(1);
      expect((await registry.servingBefore(name, at('2020-01-10')))?.version).toBe(2);
    });

    it('knows the last training before a moment, appointed or not', async () => {
      await registered('d1', at('2020-01-02'));
      await registered('d2', at('2020-02-03'));
      expect((await registry.latestBefore(name, at('2020-02-03')))?.version).toBe(1);
    });

    it('refuses to appoint what is not there', async () => {
      await expect(registry.appoint(name, 1, at('2020-01-02'))).rejects.toMatchObject({ reason: 'unknown-version' });
      await registered('d1', at('2020-01-02'));
      await expect(registry.appoint(name, 2, at('2020-01-02'))).rejects.toMatchObject({ reason: 'unknown-version' });
    });

    it('lets a baseline serve in a model’s place, and a model again in its', async () => {
      await registered('d1', at('2020-01-02'));
      const baseline = await registry.register(
        model('d1-baseline', at('2020-02-03'), {
          run: `${name}-d1`,
          kind: 'baseline',
          forecaster: 'har-fhs',
          files: { 'forecaster.json': Buffer.from('{}') },
        }),
      );
      await registry.appoint(name, 1, at('2020-01-02'));
      await registry.appoint(name, 2, at('2020-02-03'));
      expect((await registry.list(name)).serving).toEqual(baseline);
      await registry.appoint(name, 1, at('2020-02-05'));
      expect((await registry.list(name)).serving).toMatchObject({ kind: 'model', version: 1 });
    });

    it('keeps runs once each, to the digit, in the order of their moments, trainings before trials', async () => {
      const circumstances = {
        startedAt: '2020-02-03T21:15:00.000Z',
        seconds: 4.5,
        code: '0.1.0',
        environment: 'Node 20 on linux x64',
      };
      const later = run('a', at('2020-02-03'), { circumstances });
      const training = run('c', at('2020-01-02'));
      const trial = run('c-1', at('2020-01-02'), { kind: 'trial', parent: training.identity });
      for (const one of [later, training, trial, later]) await registry.log(one);
      await open().log({ ...training, metrics: {} });
      await registry.log(run('d', at('2020-01-02'), { name: `${name}B` }));
      expect(await open().runs(name)).toEqual([training, trial, later]);
    });
  });
}
