import { type NewModel, openMlflowRegistry } from '../../src';
import { describeRegistry } from '../registry-conformance';
import { EndingProcess, forEach } from './ending-process';
import { describeOnMlflow, ledgerOn, registryOn } from './real-mlflow';
import { TwoDecisions } from './two-decisions';

const MOMENT = { session: '2020-03-02', trigger: 'features-computed' } as const;
const LATER = { session: '2020-03-03', trigger: 'features-computed' } as const;
const REFERENCE = { uri: 'file:///x', sha256: 'a'.repeat(64) };
/** A test that does everything once for each of its calls. */
const PATIENCE_MS = 600_000;

describeOnMlflow('on a real MLflow server', (mlflow) => {
  describeRegistry('MLflow', () => registryOn(mlflow.url), {
    'one version for racing writers of one decision':
      'MLflow has no create-if-absent; trainers of one symbol take turns by its ordering key, and of two versions the older one counts',
  });

  describe('the registry in MLflow', () => {
    const model = (name: string, decision: string, changes: Partial<NewModel> = {}): NewModel => ({
      name,
      decision: `${name}-${decision}`,
      run: name,
      moment: MOMENT,
      kind: 'model',
      forecaster: 'blend',
      files: { 'weights.bin': Buffer.from([1, 2, 3]) },
      featureSetHash: 'f',
      metrics: { crps: 0.5 },
      lineage: { bars: REFERENCE, features: REFERENCE, seed: 1, parameters: {} },
      ...changes,
    });
    const log = (name: string, changes: object = {}): Promise<void> =>
      registryOn(mlflow.url).log({
        identity: name,
        name,
        kind: 'training',
        moment: MOMENT,
        parameters: {},
        metrics: { crps: 0.5 },
        series: {},
        notes: {},
        datasets: {},
        ...changes,
      });
    const aliases = async (name: string): Promise<object | undefined> =>
      (await ledgerOn(mlflow.url).client.registeredName(name))?.aliases;

    it('is opened by an address and an experiment, and asks nobody before it is used', async () => {
      const exportNetwork = async (): Promise<undefined> => undefined;
      const nobody = openMlflowRegistry({ url: 'http://127.0.0.1:1', experiment: 'opened', exportNetwork });
      expect(nobody).toBeDefined();
      const registry = openMlflowRegistry({ url: mlflow.url, experiment: 'opened', exportNetwork });
      expect(await registry.runs('OPENED')).toEqual([]);
      expect(await registry.list('OPENED')).toEqual({ versions: [], appointments: [], serving: undefined });
    });

    it('names what serves, model or baseline, and the newest model where that does not serve', async () => {
      const registry = registryOn(mlflow.url);
      await log('ALIASES');
      await registry.register(model('ALIASES', '1'));
      expect(await aliases('ALIASES')).toEqual({ challenger: 1 });
      await registry.appoint('ALIASES', 1, MOMENT);
      expect(await aliases('ALIASES')).toEqual({ champion: 1 });
      await registry.register(model('ALIASES', '2', { moment: LATER }));
      expect(await aliases('ALIASES')).toEqual({ champion: 1, challenger: 2 });
      await registry.register(model('ALIASES', '3', { moment: LATER, kind: 'baseline', forecaster: 'har-fhs' }));
      await registry.appoint('ALIASES', 3, LATER);
      expect(await aliases('ALIASES')).toEqual({ baseline: 3, challenger: 2 });
      await registry.appoint('ALIASES', 2, { ...LATER, trigger: 'by-hand' });
      expect(await aliases('ALIASES')).toEqual({ champion: 2 });
    });

    it('puts aliases back that somebody else moved, and leaves those that are not its own', async () => {
      const registry = registryOn(mlflow.url);
      await log('MOVED');
      for (const decision of ['1', '2']) await registry.register(model('MOVED', decision));
      await registry.appoint('MOVED', 2, MOMENT);
      const { client } = ledgerOn(mlflow.url);
      await client.setAlias('MOVED', 'champion', 1);
      await client.setAlias('MOVED', 'theirs', 1);
      await registry.appoint('MOVED', 2, MOMENT);
      expect(await aliases('MOVED')).toEqual({ champion: 2, theirs: 1 });
    });

    it('does not count versions that others registered', async () => {
      const registry = registryOn(mlflow.url);
      await log('MIXED');
      const first = await registry.register(model('MIXED', '1'));
      const { client } = ledgerOn(mlflow.url);
      const [version] = await client.versions('MIXED', {});
      const { runId = '', modelId = '' } = version ?? {};
      await client.createVersion('MIXED', { runId, modelId, description: '', tags: {} });
      expect((await registry.list('MIXED')).versions).toEqual([first]);
      await expect(registry.appoint('MIXED', 2, MOMENT)).rejects.toMatchObject({ reason: 'unknown-version' });
    });

    it('does not register under a name that is somebody else’s', async () => {
      await log('THEIRS');
      await ledgerOn(mlflow.url).ensureRegisteredName('THEIRS', { description: '' });
      await expect(registryOn(mlflow.url).register(model('THEIRS', '1'))).rejects.toMatchObject({
        reason: 'foreign-name',
      });
      expect(await registryOn(mlflow.url).names()).not.toContain('THEIRS');
    });

    it('refuses a model or a trial whose training was not logged', async () => {
      await expect(registryOn(mlflow.url).register(model('UNLOGGED', '1'))).rejects.toMatchObject({
        reason: 'unknown-run',
      });
      await expect(log('UNLOGGED-1', { kind: 'trial', parent: 'UNLOGGED' })).rejects.toMatchObject({
        reason: 'unknown-run',
      });
    });

    it('refuses files that are not what was registered, and those of another registry', async () => {
      const registry = registryOn(mlflow.url);
      await log('BROKEN');
      const { artifact } = await registry.register(model('BROKEN', '1'));
      await expect(registry.load(REFERENCE)).rejects.toMatchObject({ reason: 'missing-object' });
      await expect(
        registry.load({ ...artifact, uri: artifact.uri.replace(/m-[0-9a-f]+/, 'm-0') }),
      ).rejects.toMatchObject({ reason: 'missing-object' });
      const folder = artifact.uri.replace(/\/closing-bell\/manifest\.json$/, '');
      const artifacts = ledgerOn(mlflow.url).client.artifacts(folder);
      await artifacts.put('closing-bell/files/weights.bin', Buffer.from([1, 2]));
      await expect(registry.load(artifact)).rejects.toMatchObject({ reason: 'corrupt-object' });
      await artifacts.put('closing-bell/manifest.json', Buffer.from('{}'));
      await expect(registry.lineage(artifact)).rejects.toMatchObject({ reason: 'corrupt-object' });
    });

    it('keeps texts to the digit that are too long for MLflow’s pages', async () => {
      const long = 'x'.repeat(10_000);
      await log('LONG', { notes: { reasons: long }, parameters: { long } });
      expect(await registryOn(mlflow.url).runs('LONG')).toMatchObject([
        { notes: { reasons: long }, parameters: { long } },
      ]);
    });

    it('tells a result from a series of the same name, and a baseline’s scores from its training’s', async () => {
      await log('SCORES', { metrics: { crps: 0.5, 'har-fhs.crps': 0.6, loss: 0.1 }, series: { loss: [0.2, 0.15] } });
      const files = { 'forecaster.json': Buffer.from('{}') };
      const baseline = { kind: 'baseline', forecaster: 'har-fhs', metrics: { crps: 0.6 }, files } as const;
      for (const [decision, changes] of [
        ['1', {}],
        ['2', baseline],
      ] as const) {
        await registryOn(mlflow.url).register(model('SCORES', decision, changes));
      }
      const { client } = ledgerOn(mlflow.url);
      const experiment = (await client.experiment('closing-bell'))?.id ?? '';
      const [run] = await client.runs(experiment, { 'closing-bell.name': 'SCORES' });
      expect(run?.metrics).toEqual({ crps: 0.5, 'har-fhs.crps': 0.6, 'loss.final': 0.1, loss: 0.15 });
      for (const key of ['crps', 'har-fhs.crps']) {
        expect(await client.metricHistory(run?.id ?? '', key)).toHaveLength(1);
      }
    });
  });

  describe('the registry in MLflow, where a process ends', () => {
    it(
      'after any of its calls and another one begins again, has everything once and never half a champion',
      async () => {
        const undisturbed = new TwoDecisions(mlflow.url, 'WHOLE');
        const whole = new EndingProcess(Infinity);
        await undisturbed.first();
        await undisturbed.second(registryOn(mlflow.url, whole.fetch), 0);
        await undisturbed.expectRecordedOnce();
        await forEach(whole.calls, async (index) => {
          const decisions = new TwoDecisions(mlflow.url, `ENDED-${index + 1}`);
          await decisions.first();
          const ending = new EndingProcess(index + 1);
          await expect(decisions.second(registryOn(mlflow.url, ending.fetch), 1)).rejects.toThrow('cannot be reached');
          await decisions.expectWholeChampion();
          await decisions.second(registryOn(mlflow.url), 2);
          await decisions.expectRecordedOnce();
        });
      },
      PATIENCE_MS,
    );
  });
});
