import { openObjectStore, type ObjectStore } from '@closing-bell/storage';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LocalModelRegistry, type Moment, type NewModel, type Run } from '../src';

const reference = { uri: 'file:///x', sha256: 'a'.repeat(64) };
const at = (session: string, trigger: Moment['trigger'] = 'features-computed'): Moment => ({ session, trigger });

function model(decision: string, moment: Moment, changes: Partial<NewModel> = {}): NewModel {
  return {
    name: '^GSPC',
    decision,
    moment,
    kind: 'model',
    forecaster: 'blend',
    files: { 'model.json': Buffer.from(`{"made by":"${decision}"}`), 'weights.bin': Buffer.from([1, 2, 3]) },
    featureSetHash: 'f'.repeat(64),
    metrics: { crps: 0.5 },
    lineage: { bars: reference, features: reference, seed: 7, parameters: { units: 200 } },
    ...changes,
  };
}

describe('LocalModelRegistry', () => {
  let folder: string;
  let objects: ObjectStore;
  let registry: LocalModelRegistry;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-registry-'));
    objects = openObjectStore(pathToFileURL(folder).href);
    registry = new LocalModelRegistry(objects);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('numbers versions from 1 for each model, and gives their files back', async () => {
    const first = await registry.register(model('d1', at('2020-01-02')));
    const second = await registry.register(model('d2', at('2020-02-03')));
    const other = await registry.register(model('d1', at('2020-01-02'), { name: 'AAPL' }));
    expect([first.version, second.version, other.version]).toEqual([1, 2, 1]);
    expect(await registry.load(second.artifact)).toEqual(model('d2', at('2020-02-03')).files);
  });

  it('gives the same version for the same decision again, however often', async () => {
    const first = await registry.register(model('d1', at('2020-01-02')));
    await registry.register(model('d2', at('2020-02-03')));
    expect(await registry.register(model('d1', at('2020-01-02')))).toEqual(first);
    expect((await registry.list('^GSPC')).versions).toHaveLength(2);
  });

  it('numbers versions without gap or double when many register at once', async () => {
    const decisions = Array.from({ length: 8 }, (_, index) => `d${index}`);
    const registered = await Promise.all(
      decisions.map((decision) => registry.register(model(decision, at('2020-01-02')))),
    );
    expect(registered.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('knows what served as of a moment: what is appointed then or later does not count', async () => {
    await registry.register(model('d1', at('2020-01-02')));
    await registry.register(model('d2', at('2020-02-03', 'drift-detected')));
    await registry.appoint('^GSPC', 1, at('2020-01-02'));
    await registry.appoint('^GSPC', 2, at('2020-02-03', 'drift-detected'));
    const servingBefore = async (moment: Moment) => (await registry.servingBefore('^GSPC', moment))?.version;
    expect(await servingBefore(at('2020-01-02'))).toBeUndefined();
    expect(await servingBefore(at('2020-01-02', 'drift-detected'))).toBe(1);
    expect(await servingBefore(at('2020-02-03', 'drift-detected'))).toBe(1);
    expect(await servingBefore(at('2020-02-04'))).toBe(2);
    expect((await registry.list('^GSPC')).serving?.version).toBe(2);
  });

  it('keeps what serves today when a replay appoints for an earlier session', async () => {
    await registry.register(model('d1', at('2020-02-03')));
    await registry.register(model('d2', at('2020-01-02')));
    await registry.appoint('^GSPC', 1, at('2020-02-03'));
    await registry.appoint('^GSPC', 2, at('2020-01-02'));
    await registry.appoint('^GSPC', 2, at('2020-01-02'));
    expect((await registry.list('^GSPC')).serving?.version).toBe(1);
    expect((await registry.servingBefore('^GSPC', at('2020-01-10')))?.version).toBe(2);
  });

  it('knows the last training before a moment, promoted or not', async () => {
    await registry.register(model('d1', at('2020-01-02')));
    await registry.register(model('d2', at('2020-02-03')));
    expect((await registry.latestBefore('^GSPC', at('2020-02-03')))?.version).toBe(1);
    expect(await registry.latestBefore('AAPL', at('2020-02-03'))).toBeUndefined();
  });

  it('refuses to appoint what is not there', async () => {
    await expect(registry.appoint('^GSPC', 1, at('2020-01-02'))).rejects.toMatchObject({ reason: 'unknown-version' });
  });

  it('lets a baseline serve in a model’s place, and a model again in its', async () => {
    await registry.register(model('d1', at('2020-01-02')));
    const baseline = await registry.register(
      model('d2', at('2020-02-03'), {
        kind: 'baseline',
        forecaster: 'har-fhs',
        files: { 'a.json': Buffer.from('{}') },
      }),
    );
    await registry.appoint('^GSPC', 1, at('2020-01-02'));
    await registry.appoint('^GSPC', 2, at('2020-02-03'));
    expect(await registry.servingBefore('^GSPC', at('2020-02-04'))).toEqual(baseline);
    expect((await registry.list('^GSPC')).serving).toMatchObject({ kind: 'baseline', forecaster: 'har-fhs' });
    await registry.appoint('^GSPC', 1, at('2020-02-05'));
    expect((await registry.list('^GSPC')).serving).toMatchObject({ kind: 'model', version: 1 });
  });

  it('keeps runs once each, in the order of their moments, trainings before trials', async () => {
    const run = (identity: string, moment: Moment, changes: Partial<Run> = {}): Run => ({
      identity,
      name: '^GSPC',
      kind: 'training',
      moment,
      parameters: { units: 8 },
      metrics: { crps: 0.5 },
      series: { trainingLoss: [3, 2] },
      ...changes,
    });
    const later = run('a', at('2020-02-03'));
    const trial = run('b-1', at('2020-01-02'), { kind: 'trial', parent: 'c' });
    const training = run('c', at('2020-01-02'));
    for (const one of [later, trial, training, later]) await registry.log(one);
    await registry.log({ ...training, metrics: {} });
    await registry.log(run('d', at('2020-01-02'), { name: 'AAPL' }));
    expect(await registry.runs('^GSPC')).toEqual([training, trial, later]);
  });

  it('reads the index of release 0.1, whose versions are LSTMs', async () => {
    const moment = at('2020-01-02');
    const version = {
      name: '^GSPC',
      version: 1,
      decision: 'd1',
      moment,
      featureSetHash: 'f',
      metrics: {},
      artifact: reference,
    };
    const index = { versions: [version], promotions: [{ version: 1, moment }], aliases: { champion: 1 } };
    await objects.createIfAbsent('models/_5EGSPC/index.json', Buffer.from(JSON.stringify(index)));
    const known = { ...version, kind: 'model', forecaster: 'lstm' };
    expect(await registry.servingBefore('^GSPC', at('2020-01-03'))).toEqual(known);
    expect(await registry.latestBefore('^GSPC', at('2020-01-03'))).toEqual(known);
    expect(await registry.register(model('d1', moment))).toEqual(known);
    expect((await registry.register(model('d2', at('2020-02-03')))).version).toBe(2);
  });

  it('refuses a file that is not what was registered', async () => {
    const { artifact } = await registry.register(model('d1', at('2020-01-02')));
    writeFileSync(fileURLToPath(artifact.uri), '{"files":{}}');
    await expect(registry.load(artifact)).rejects.toMatchObject({ reason: 'corrupt-object' });
  });
});
