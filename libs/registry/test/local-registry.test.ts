import { openObjectStore, type ObjectStore } from '@closing-bell/storage';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LocalModelRegistry, type Moment, type NewModel } from '../src';

const reference = { uri: 'file:///x', sha256: 'a'.repeat(64) };
const at = (session: string, trigger: Moment['trigger'] = 'features-computed'): Moment => ({ session, trigger });

function model(decision: string, moment: Moment, changes: Partial<NewModel> = {}): NewModel {
  return {
    name: '^GSPC',
    decision,
    moment,
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

  it('knows the champion as of a moment: what is promoted then or later does not count', async () => {
    await registry.register(model('d1', at('2020-01-02')));
    await registry.register(model('d2', at('2020-02-03', 'drift-detected')));
    await registry.promote('^GSPC', 1, at('2020-01-02'));
    await registry.promote('^GSPC', 2, at('2020-02-03', 'drift-detected'));
    const championBefore = async (moment: Moment) => (await registry.championBefore('^GSPC', moment))?.version;
    expect(await championBefore(at('2020-01-02'))).toBeUndefined();
    expect(await championBefore(at('2020-01-02', 'drift-detected'))).toBe(1);
    expect(await championBefore(at('2020-02-03', 'drift-detected'))).toBe(1);
    expect(await championBefore(at('2020-02-04'))).toBe(2);
    expect((await registry.list('^GSPC')).champion).toBe(2);
  });

  it('keeps today’s champion when a replay promotes for an earlier session', async () => {
    await registry.register(model('d1', at('2020-02-03')));
    await registry.register(model('d2', at('2020-01-02')));
    await registry.promote('^GSPC', 1, at('2020-02-03'));
    await registry.promote('^GSPC', 2, at('2020-01-02'));
    await registry.promote('^GSPC', 2, at('2020-01-02'));
    expect((await registry.list('^GSPC')).champion).toBe(1);
    expect((await registry.championBefore('^GSPC', at('2020-01-10')))?.version).toBe(2);
  });

  it('knows the last training before a moment, promoted or not', async () => {
    await registry.register(model('d1', at('2020-01-02')));
    await registry.register(model('d2', at('2020-02-03')));
    expect((await registry.latestBefore('^GSPC', at('2020-02-03')))?.version).toBe(1);
    expect(await registry.latestBefore('AAPL', at('2020-02-03'))).toBeUndefined();
  });

  it('refuses to promote what is not there', async () => {
    await expect(registry.promote('^GSPC', 1, at('2020-01-02'))).rejects.toMatchObject({ reason: 'unknown-version' });
  });

  it('refuses a file that is not what was registered', async () => {
    const { artifact } = await registry.register(model('d1', at('2020-01-02')));
    writeFileSync(fileURLToPath(artifact.uri), '{"files":{}}');
    await expect(registry.load(artifact)).rejects.toMatchObject({ reason: 'corrupt-object' });
  });
});
