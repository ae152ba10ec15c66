import { loadConfig } from '@closing-bell/platform';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore } from '@closing-bell/storage';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releasedModel } from '../../../libs/forecasting/test/fixtures/model-v1/released-model';
import { exportModel } from '../src/commands/models';
import { type Terminal } from '../src/terminal';

describe('closing-bell models export', () => {
  const home = mkdtempSync(join(tmpdir(), 'models-'));
  const to = join(home, 'out');
  const config = loadConfig({ CLOSING_BELL_HOME: home });
  const registry = new LocalModelRegistry(openObjectStore(config.objects));
  const printed: string[] = [];
  const terminal = {
    config,
    environment: {},
    output: { write: (text: string) => printed.push(text) },
    clock: () => new Date(0),
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
      moment,
      files: releasedModel(),
      featureSetHash: 'f',
      metrics: {},
      lineage: { bars: about, features: about, seed: 1, parameters: {} },
    });
    await expect(exportModel(terminal, '^GSPC', { to })).rejects.toThrow('has no champion, the baseline serves. Name');
    await expect(exportModel(terminal, '^GSPC', { to, version: 7 })).rejects.toThrow('has no version 7; there are 1.');
  });

  it('writes the champion as layers, .keras and ONNX with its preprocessing', async () => {
    await registry.promote('^GSPC', 1, moment);
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
});
