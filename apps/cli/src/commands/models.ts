import { kerasFile, loadLstm, onnxFile } from '@closing-bell/forecasting';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore } from '@closing-bell/storage';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, print, type Terminal } from '../terminal';

/** Writes a model as TensorFlow.js layers, `.keras` and ONNX files, with the preprocessing that its inputs need. */
export async function exportModel(
  terminal: Terminal,
  symbol: string,
  options: { version?: number; to: string },
): Promise<void> {
  const registry = new LocalModelRegistry(openObjectStore(terminal.config.objects));
  const { versions, champion } = await registry.list(symbol);
  const wanted = options.version ?? champion;
  const model = versions.find(({ version }) => version === wanted);
  if (!model) {
    const known = versions.map(({ version }) => version).join(', ');
    throw new CommandError(
      versions.length === 0
        ? `${symbol} has no model in ${terminal.config.objects}; one is trained when its close is replayed.`
        : wanted === undefined
          ? `${symbol} has no champion, the baseline serves. Name a version with --version: ${known}.`
          : `${symbol} has no version ${wanted}; there are ${known}.`,
    );
  }
  const { files, shape, weights } = await loadLstm(await registry.load(model.artifact));
  const written = { ...files, 'model.keras': kerasFile(shape, weights), 'model.onnx': onnxFile(shape, weights) };
  mkdirSync(options.to, { recursive: true });
  for (const [name, content] of Object.entries(written)) writeFileSync(join(options.to, name), content);
  print(terminal, `${symbol} version ${model.version}: ${Object.keys(written).join(', ')} in ${options.to}`);
}
