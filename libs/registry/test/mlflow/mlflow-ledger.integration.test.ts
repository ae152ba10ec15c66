import { createHash } from 'node:crypto';
import { type ArtifactStore } from '../../src/mlflow/artifact-store';
import { type MlflowLedger } from '../../src/mlflow/mlflow-ledger';
import { EndingProcess, forEach } from './ending-process';
import { describeOnMlflow, ledgerOn } from './real-mlflow';

const CLOSE = Date.UTC(2020, 2, 16, 20);
const LOSSES = [0.9, 0.5, 0.25].map((value, step) => ({ step, value, timestamp: CLOSE + step }));
const SCORE = { step: 0, value: 0.9, timestamp: CLOSE };
const SHA256 = createHash('sha256').update('bars').digest('hex');
const FILES = { 'folds.json': Buffer.from('[]'), 'plots/a plot.svg': Buffer.from('<svg/>') };
/** Tests that do everything once for each of its calls. */
const PATIENCE_MS = 600_000;
const MODEL_FILES = { MLmodel: Buffer.from('flavors: {}\n'), 'data/model.keras': Buffer.from([0, 1, 2]) };

/** What is recorded of a training, by a name that its experiment, registered name and identities share. */
interface Recorded {
  readonly experimentId: string;
  readonly parentId: string;
  readonly runId: string;
  readonly modelId: string;
  readonly version: number;
}

async function record(ledger: MlflowLedger, name: string): Promise<Recorded> {
  const experimentId = await ledger.ensureExperiment(name, { 'closing-bell.symbol': '^GSPC' });
  const parent = await ledger.ensureRun(experimentId, { identity: `${name}-close`, name: 'close', startTime: CLOSE });
  const run = await ledger.ensureRun(experimentId, {
    identity: `${name}-training`,
    name: 'training',
    startTime: CLOSE,
    parent: parent.id,
    tags: { 'closing-bell.session': '2020-03-16' },
  });
  await ledger.logParameters(run.id, { units: '200', seed: '1' });
  await ledger.logDatasets(run.id, [{ name: 'bars', uri: 'file:///bars.json', sha256: SHA256, context: 'training' }]);
  await ledger.uploadArtifacts(run, FILES);
  const model = await ledger.ensureLoggedModel(
    run,
    { identity: `${name}-model`, name: 'lstm', type: 'lstm', parameters: { units: '200' } },
    async () => MODEL_FILES,
  );
  await ledger.logSeries(run.id, { 'validation loss': LOSSES, crps: [SCORE] });
  await ledger.logScores(run.id, model.id, { crps: SCORE });
  await ledger.ensureRegisteredName(name, { description: 'The S&P 500', tags: { 'closing-bell.symbol': '^GSPC' } });
  const { version } = await ledger.ensureVersion(name, {
    identity: `${name}-version`,
    runId: run.id,
    modelId: model.id,
    description: 'promoted',
    tags: { 'closing-bell.session': '2020-03-16' },
  });
  await ledger.setAlias(name, 'champion', version);
  await ledger.finishRun(run.id, 'FINISHED', CLOSE + 1000);
  await ledger.finishRun(parent.id, 'FINISHED', CLOSE + 1000);
  return { experimentId, parentId: parent.id, runId: run.id, modelId: model.id, version };
}

/** Finds all of it once, and nothing else. */
async function expectRecordedOnce({ client }: MlflowLedger, name: string): Promise<Recorded> {
  const experimentId = (await client.experiment(name))?.id ?? '';
  const runs = await client.runs(experimentId, {});
  const models = await client.loggedModels(experimentId, {});
  const versions = await client.versions(name, {});
  const parent = runs.find((run) => run.name === 'close');
  const run = runs.find((candidate) => candidate.name === 'training');
  const [model] = models;
  expect([runs.length, models.length, versions.length]).toEqual([2, 1, 1]);
  expect(run).toMatchObject({
    status: 'FINISHED',
    startTime: CLOSE,
    endTime: CLOSE + 1000,
    parameters: { units: '200', seed: '1' },
    tags: { 'closing-bell.session': '2020-03-16', 'mlflow.parentRunId': parent?.id },
    metrics: { 'validation loss': 0.25, crps: 0.9 },
    modelIds: [model?.id],
  });
  expect(run?.datasets).toEqual([
    {
      name: 'bars',
      digest: SHA256.slice(0, 36),
      uri: 'file:///bars.json',
      profile: { sha256: SHA256 },
      context: 'training',
    },
  ]);
  const history = await client.metricHistory(run?.id ?? '', 'validation loss');
  expect([...history].sort((a, b) => a.step - b.step)).toEqual(LOSSES);
  expect(await client.metricHistory(run?.id ?? '', 'crps')).toEqual([SCORE]);
  expect(await contents(client.artifacts(run?.artifactUri ?? ''))).toEqual(FILES);
  expect(model).toMatchObject({ name: 'lstm', ready: true, sourceRunId: run?.id });
  expect(await contents(client.artifacts(model?.artifactUri ?? ''))).toEqual(MODEL_FILES);
  expect(versions[0]).toMatchObject({
    version: 1,
    runId: run?.id,
    modelId: model?.id,
    description: 'promoted',
    tags: { 'closing-bell.identity': `${name}-version`, 'closing-bell.session': '2020-03-16' },
  });
  expect(await client.registeredName(name)).toEqual({
    name,
    description: 'The S&P 500',
    tags: { 'closing-bell.symbol': '^GSPC' },
    aliases: { champion: 1 },
  });
  return { experimentId, parentId: parent?.id ?? '', runId: run?.id ?? '', modelId: model?.id ?? '', version: 1 };
}

async function contents(store: ArtifactStore): Promise<Record<string, Buffer | undefined>> {
  const paths = await store.list();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await store.get(path)] as const)));
}

/** Loses the answer to one call. */
function losing(lost: number): typeof fetch {
  let calls = 0;
  return async (...request) => {
    const response = await fetch(...request);
    if (calls++ !== lost) return response;
    await response.arrayBuffer();
    throw new TypeError('fetch failed');
  };
}

describeOnMlflow('on a real MLflow server, the ledger', (mlflow) => {
  it('records everything once, however often it is told', async () => {
    const ledger = ledgerOn(mlflow.url);
    const first = await record(ledger, 'again');
    expect(await expectRecordedOnce(ledger, 'again')).toEqual(first);
    expect(await record(ledger, 'again')).toEqual(first);
    expect(await expectRecordedOnce(ledger, 'again')).toEqual(first);
  });

  it(
    'records everything once where a process ended after any of its calls and another one began again',
    async () => {
      const whole = new EndingProcess(Infinity);
      await record(ledgerOn(mlflow.url, whole.fetch), 'undisturbed');
      await forEach(whole.calls, async (index) => {
        const name = `ended-after-${index + 1}`;
        const ending = new EndingProcess(index + 1);
        await expect(record(ledgerOn(mlflow.url, ending.fetch), name)).rejects.toThrow('cannot be reached');
        await record(ledgerOn(mlflow.url), name);
        await expectRecordedOnce(ledgerOn(mlflow.url), name);
      });
    },
    PATIENCE_MS,
  );

  it(
    'records everything once where the answer to any call is lost',
    async () => {
      const whole = new EndingProcess(Infinity);
      await record(ledgerOn(mlflow.url, whole.fetch), 'undisturbed-too');
      await forEach(whole.calls, async (lost) => {
        const name = `lost-${lost}`;
        await record(ledgerOn(mlflow.url, losing(lost)), name);
        await expectRecordedOnce(ledgerOn(mlflow.url), name);
      });
    },
    PATIENCE_MS,
  );

  it('takes the same version from then on where two writers made one at once', async () => {
    const ledger = ledgerOn(mlflow.url);
    const { runId, modelId } = await record(ledger, 'at-once');
    const version = { identity: 'both', runId, modelId, description: '' };
    await Promise.all([1, 2, 3].map(() => ledger.ensureVersion('at-once', version)));
    const made = await ledger.client.versions('at-once', { 'closing-bell.identity': 'both' });
    for (let again = 0; again < 2; again += 1) {
      expect(await ledger.ensureVersion('at-once', version)).toMatchObject({ version: made[0]?.version });
    }
  });

  it('refuses another value for a parameter', async () => {
    const ledger = ledgerOn(mlflow.url);
    const { runId } = await record(ledger, 'parameters');
    await expect(ledger.logParameters(runId, { units: '100' })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('units') as string,
    });
  });

  it('writes an artifact again where another one is in its place', async () => {
    const ledger = ledgerOn(mlflow.url);
    const { runId } = await record(ledger, 'artifacts');
    const run = await ledger.client.run(runId);
    const store = ledger.client.artifacts(run?.artifactUri ?? '');
    await store.put('folds.json', Buffer.from('cut sho'));
    await ledger.uploadArtifacts({ artifactUri: run?.artifactUri ?? '' }, FILES);
    expect(await contents(store)).toEqual(FILES);
  });

  it('logs what takes several calls', async () => {
    const ledger = ledgerOn(mlflow.url);
    const { runId } = await record(ledger, 'large');
    const many = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [`parameter ${index}`, 'v'.repeat(6000)]),
    );
    const points = Array.from({ length: 2500 }, (_, step) => ({ step, value: step, timestamp: CLOSE }));
    for (let again = 0; again < 2; again += 1) {
      await ledger.logParameters(runId, many);
      await ledger.logSeries(runId, { long: points });
    }
    expect((await ledger.client.run(runId))?.parameters).toMatchObject(many);
    expect(await ledger.client.metricHistory(runId, 'long')).toHaveLength(2500);
  });

  describe('has a client, which', () => {
    it('says of what is not there that it is missing, and of what is that it exists', async () => {
      const { client } = ledgerOn(mlflow.url);
      expect(await client.experiment('none')).toBeUndefined();
      expect(await client.run('0'.repeat(32))).toBeUndefined();
      expect(await client.loggedModel('m-0')).toBeUndefined();
      expect(await client.registeredName('none')).toBeUndefined();
      expect(await client.versions('none', {})).toEqual([]);
      expect(await client.createExperiment('twice', {})).toBe('created');
      expect(await client.createExperiment('twice', {})).toBe('exists');
      expect(await client.createRegisteredName('twice', { description: '', tags: {} })).toBe('created');
      expect(await client.createRegisteredName('twice', { description: '', tags: {} })).toBe('exists');
    });

    it('changes tags, descriptions and aliases, and deletes versions, twice as once', async () => {
      const ledger = ledgerOn(mlflow.url);
      const { client } = ledger;
      const { runId, modelId } = await record(ledger, 'changes');
      const other = await client.createVersion('changes', { runId, modelId, description: '', tags: {} });
      for (let again = 0; again < 2; again += 1) {
        await client.setLoggedModelTags(modelId, { 'closing-bell.note': 'a `b` "c"' });
        await client.describeRegisteredName('changes', 'described');
        await client.setRegisteredNameTag('changes', 'closing-bell.note', 'd');
        await client.describeVersion('changes', 1, 'first');
        await client.setVersionTag('changes', 1, 'closing-bell.note', 'e');
        await client.setAlias('changes', 'challenger', 1);
        await client.deleteAlias('changes', 'champion');
        await client.deleteVersion('changes', other.version);
      }
      expect((await client.loggedModel(modelId))?.tags).toMatchObject({ 'closing-bell.note': 'a `b` "c"' });
      expect(await client.registeredName('changes')).toMatchObject({
        description: 'described',
        tags: { 'closing-bell.note': 'd' },
        aliases: { challenger: 1 },
      });
      expect(await client.versions('changes', {})).toMatchObject([
        { version: 1, description: 'first', tags: { 'closing-bell.note': 'e' } },
      ]);
    });

    it('finds what it searches for by any text, and all pages of it', async () => {
      const ledger = ledgerOn(mlflow.url);
      const id = await ledger.ensureExperiment('search');
      for (const identity of ["it's", 'a "quoted" one', '100%', 'a\b', 'ü ^GSPC']) {
        const { id: runId } = await ledger.ensureRun(id, { identity, name: 'run', startTime: CLOSE });
        expect(await ledger.ensureRun(id, { identity, name: 'run', startTime: CLOSE })).toMatchObject({ id: runId });
      }
      const run = await ledger.ensureRun(id, { identity: 'models', name: 'run', startTime: CLOSE });
      const about = { name: 'many', type: 'lstm', parameters: {}, tags: { 'closing-bell.page': 'yes' } };
      for (let made = 0; made < 55; made += 1) await ledger.client.createLoggedModel(run, about);
      const found = await ledger.client.loggedModels(id, { 'closing-bell.page': 'yes' });
      expect(new Set(found.map((model) => model.id)).size).toBe(55);
    });
  });
});
