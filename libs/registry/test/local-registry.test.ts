import { openObjectStore } from '@closing-bell/storage';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LocalModelRegistry, type NewModel } from '../src';
import { describeRegistry } from './registry-conformance';

const folder = mkdtempSync(join(tmpdir(), 'closing-bell-registry-'));
const open = () => new LocalModelRegistry(openObjectStore(pathToFileURL(folder).href));
afterAll(() => rmSync(folder, { recursive: true }));

describeRegistry('files', open);

describe('the registry in files', () => {
  const moment = { session: '2020-01-02', trigger: 'features-computed' } as const;
  const reference = { uri: 'file:///x', sha256: 'a'.repeat(64) };
  const model = (name: string, decision: string): NewModel => ({
    name,
    decision,
    run: decision,
    moment,
    kind: 'model',
    forecaster: 'blend',
    files: { 'weights.bin': Buffer.from([1, 2, 3]) },
    featureSetHash: 'f',
    metrics: {},
    lineage: { bars: reference, features: reference, seed: 1, parameters: {} },
  });

  it('reads the index of release 0.1, whose versions are LSTMs', async () => {
    const name = 'OLD';
    const version = { name, version: 1, decision: 'd1', moment, featureSetHash: 'f', metrics: {}, artifact: reference };
    const index = { versions: [version], promotions: [{ version: 1, moment }], aliases: { champion: 1 } };
    await openObjectStore(pathToFileURL(folder).href).createIfAbsent(
      `models/${name}/index.json`,
      Buffer.from(JSON.stringify(index)),
    );
    const registry = open();
    const known = { ...version, run: 'd1', kind: 'model', forecaster: 'lstm' };
    const later = { session: '2020-01-03', trigger: 'features-computed' } as const;
    expect(await registry.servingBefore(name, later)).toEqual({ ...known, since: moment });
    expect(await registry.latestBefore(name, later)).toEqual(known);
    expect(await registry.register(model(name, 'd1'))).toEqual(known);
    expect((await registry.register(model(name, 'd2'))).version).toBe(2);
  });

  it('refuses a file that is not what was registered', async () => {
    const registry = open();
    const { artifact } = await registry.register(model('BROKEN', 'd1'));
    writeFileSync(fileURLToPath(artifact.uri), '{"files":{}}');
    await expect(registry.load(artifact)).rejects.toMatchObject({ reason: 'corrupt-object' });
    await expect(registry.lineage(artifact)).rejects.toMatchObject({ reason: 'corrupt-object' });
  });
});
