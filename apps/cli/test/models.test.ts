import { FittedForecaster } from '@closing-bell/forecasting';
import { loadConfig } from '@closing-bell/platform';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore } from '@closing-bell/storage';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releasedModel } from '../../../libs/forecasting/test/fixtures/model-v1/released-model';
import { compareModels, exportModel, listModels, promoteModel, rollBackModel, showModel } from '../src/commands/models';
import { type Terminal } from '../src/terminal';

describe('closing-bell models', () => {
  const home = mkdtempSync(join(tmpdir(), 'models-'));
  const to = join(home, 'out');
  const config = loadConfig({ CLOSING_BELL_HOME: home });
  const registry = new LocalModelRegistry(openObjectStore(config.objects));
  const printed: string[] = [];
  let now = 0;
  const terminal = {
    config,
    environment: {},
    output: { write: (text: string) => printed.push(text) },
    clock: () => new Date(now),
  } as unknown as Terminal;
  const moment = { session: '2020-03-16', trigger: 'features-computed' } as const;

  afterAll(() => rmSync(home, { recursive: true }));

  it('says what to do where there is no model', async () => {
    await expect(exportModel(terminal, '^GSPC', { to })).rejects.toThrow(/\^GSPC has no model in .*one is trained/);
  });

  it('says which versions there are where none serves, or the one asked for is not there', async () => {
    const about = { uri: 'file:///x', sha256: '0'.repeat(64) };
    await registry.register({
      name: '^GSPC',
      decision: 'a',
      run: 'a',
      moment,
      kind: 'model',
      forecaster: 'lstm',
      files: releasedModel(),
      featureSetHash: 'f',
      metrics: {},
      lineage: { bars: about, features: about, seed: 1, parameters: {} },
    });
    await expect(exportModel(terminal, '^GSPC', { to })).rejects.toThrow(
      'No version of ^GSPC serves. Name one with --version: 1.',
    );
    await expect(exportModel(terminal, '^GSPC', { to, version: 7 })).rejects.toThrow('has no version 7; there are 1.');
  });

  it('writes the champion as layers, .keras and ONNX with its preprocessing', async () => {
    await registry.appoint('^GSPC', 1, moment);
    await exportModel(terminal, '^GSPC', { to });
    expect(readdirSync(to).sort()).toEqual([
      'model.json',
      'model.keras',
      'model.onnx',
      'preprocessing.json',
      'weights.bin',
    ]);
    expect(readFileSync(join(to, 'weights.bin'))).toEqual(releasedModel()['weights.bin']);
    expect(printed.join('')).toContain('^GSPC version 1: ');
  });

  it('lists every version with its scores, the one that serves marked, and shows a card', async () => {
    const about = { uri: 'file:///x', sha256: '0'.repeat(64) };
    const registered = {
      name: '^GSPC',
      moment: { session: '2020-03-17', trigger: 'drift-detected' } as const,
      featureSetHash: 'f',
      lineage: { bars: about, features: about, seed: 1, parameters: {} },
    };
    const baseline = new FittedForecaster('ewma-fhs', {});
    const metrics = { skillOverBaseline: 0.051, maeToNaive: 0.99, coverage90: 0.9 };
    await registry.register({
      ...registered,
      decision: 'b',
      run: 'b',
      kind: 'baseline',
      forecaster: 'ewma-fhs',
      files: baseline.files,
      metrics,
    });
    await registry.register({
      ...registered,
      decision: 'c',
      run: 'c',
      kind: 'model',
      forecaster: 'blend',
      files: { 'model-card.md': Buffer.from('# The card') },
      metrics,
    });
    printed.length = 0;
    await listModels(terminal, '^GSPC', {});
    const [, , first, second, third] = printed.join('').split('\n');
    expect(first).toMatch(/1 +2020-03-16 +features-computed +lstm +– +– +– +serves/);
    expect(second).toMatch(/2 +2020-03-17 +drift-detected +baseline ewma-fhs +5\.1 % +0\.990 +90\.0 %/);
    expect(third).toMatch(/3 +2020-03-17 +drift-detected +blend/);
    await showModel(terminal, '^GSPC', { version: 3 });
    expect(printed.at(-1)).toContain('# The card');
    await expect(showModel(terminal, '^GSPC', {})).rejects.toThrow('trained before models had cards');
    await expect(showModel(terminal, '^GSPC', { version: 2 })).rejects.toThrow(
      'is the baseline ewma-fhs, which has no card',
    );
    await expect(exportModel(terminal, '^GSPC', { to, version: 2 })).rejects.toThrow('has no network to export');
  });

  it('compares two versions, and says what differs', async () => {
    printed.length = 0;
    await compareModels(terminal, '^GSPC', 2, 3);
    const text = printed.join('');
    expect(text).toMatch(/forecaster +baseline ewma-fhs +blend +differs/);
    expect(text).toMatch(/maeToNaive +0\.9900 +0\.9900\s*\n/);
    expect(text).toContain('not of the same origins');
    await expect(compareModels(terminal, '^GSPC', 2, 9)).rejects.toThrow('has no version 9; there are 1, 2, 3.');
  });

  it('lets another version serve from the next close on, and rolls back to the one before', async () => {
    const serving = async () => (await registry.list('^GSPC')).serving?.version;
    const objects = openObjectStore(config.objects);
    await objects.createIfAbsent('decisions/_5EGSPC/2020-03-20/features-computed-a.json', Buffer.from('{}'));
    await objects.createIfAbsent('decisions/_5EGSPC/2020-03-23/features-computed-b.json', Buffer.from('{}'));
    printed.length = 0;
    await promoteModel(terminal, '^GSPC', 3);
    expect(printed.join('')).toContain(
      '^GSPC version 3 (blend) serves from the next close after 2020-03-23 on in place of version 1.',
    );
    expect(await serving()).toBe(3);
    // What was decided until then, that close included, stays as it was.
    const before = (session: string) => registry.servingBefore('^GSPC', { session, trigger: 'drift-detected' });
    expect((await before('2020-03-23'))?.version).toBe(1);
    expect((await before('2020-03-24'))?.version).toBe(3);
    now = 1;
    await rollBackModel(terminal, '^GSPC');
    expect(await serving()).toBe(1);
    now = 2;
    await rollBackModel(terminal, '^GSPC');
    expect(await serving()).toBe(3);
    await promoteModel(terminal, '^GSPC', 3);
    expect(printed.at(-1)).toContain('serves already');
    await expect(promoteModel(terminal, '^GSPC', 9)).rejects.toThrow('has no version 9; there are 1, 2, 3.');
  });

  it('says that nothing served before where that is so', async () => {
    const about = { uri: 'file:///x', sha256: '0'.repeat(64) };
    await registry.register({
      name: 'NEW',
      decision: 'n',
      run: 'n',
      moment,
      kind: 'model',
      forecaster: 'blend',
      files: {},
      featureSetHash: 'f',
      metrics: {},
      lineage: { bars: about, features: about, seed: 1, parameters: {} },
    });
    await expect(rollBackModel(terminal, 'NEW')).rejects.toThrow('no other version has served yet');
    await promoteModel(terminal, 'NEW', 1);
    await expect(rollBackModel(terminal, 'NEW')).rejects.toThrow('no other version has served yet');
  });
});
