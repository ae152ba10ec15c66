import { kerasFile, loadForecaster, onnxFile } from '@closing-bell/forecasting';
import { LocalModelRegistry, type RegisteredModel } from '@closing-bell/registry';
import { openObjectStore } from '@closing-bell/storage';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

const CARD = 'model-card.md';

/** Prints every version of a symbol's model with its scores beside the baseline's, the one that serves marked. */
export async function listModels(terminal: Terminal, symbol: string, options: { json?: boolean }): Promise<void> {
  const { versions, serving } = await versionsOf(terminal, symbol);
  if (options.json) return print(terminal, JSON.stringify({ versions, serving: serving?.version ?? null }, null, 2));
  const score = ({ metrics }: RegisteredModel, name: string, digits: number): string =>
    metrics[name]?.toFixed(digits) ?? '–';
  print(
    terminal,
    table(
      [
        'version',
        'session',
        'trigger',
        'forecaster',
        'skill over last year’s quantiles',
        'MAE to naive',
        '90 % held',
        '',
      ],
      versions.map((version) => [
        String(version.version),
        version.moment.session,
        version.moment.trigger,
        version.kind === 'baseline' ? `baseline ${version.forecaster}` : version.forecaster,
        version.metrics.skillOverBaseline === undefined
          ? '–'
          : `${(100 * version.metrics.skillOverBaseline).toFixed(1)} %`,
        score(version, 'maeToNaive', 3),
        version.metrics.coverage90 === undefined ? '–' : `${(100 * version.metrics.coverage90).toFixed(1)} %`,
        version.version === serving?.version ? 'serves' : '',
      ]),
      [0, 4, 5, 6],
    ),
  );
}

/** Prints the card of a version: what it learnt from, how it fared beside the baselines, what it is not fit for. */
export async function showModel(terminal: Terminal, symbol: string, options: { version?: number }): Promise<void> {
  const { model, files } = await modelFiles(terminal, symbol, options.version);
  const card = files[CARD];
  if (!card) {
    throw new CommandError(
      model.kind === 'baseline'
        ? `${symbol} version ${model.version} is the baseline ${model.forecaster}, which has no card. Name a model with --version.`
        : `${symbol} version ${model.version} was trained before models had cards.`,
    );
  }
  print(terminal, card.toString('utf8'));
}

/** Writes a model as TensorFlow.js layers, `.keras` and ONNX files, with the preprocessing that its inputs need. */
export async function exportModel(
  terminal: Terminal,
  symbol: string,
  options: { version?: number; to: string },
): Promise<void> {
  const { model, files } = await modelFiles(terminal, symbol, options.version);
  const { network } = await loadForecaster(files);
  if (!network) {
    throw new CommandError(
      `${symbol} version ${model.version} is the baseline ${model.forecaster}, which has no network to export.`,
    );
  }
  const { shape, weights } = network;
  const written = { ...files, 'model.keras': kerasFile(shape, weights), 'model.onnx': onnxFile(shape, weights) };
  mkdirSync(options.to, { recursive: true });
  for (const [name, content] of Object.entries(written)) writeFileSync(join(options.to, name), content);
  print(terminal, `${symbol} version ${model.version}: ${Object.keys(written).join(', ')} in ${options.to}`);
}

/** A version, the one that serves by default, with its files. */
async function modelFiles(
  terminal: Terminal,
  symbol: string,
  version: number | undefined,
): Promise<{ model: RegisteredModel; files: Record<string, Buffer> }> {
  const { registry, versions, serving } = await versionsOf(terminal, symbol);
  const model = version === undefined ? serving : versions.find((one) => one.version === version);
  if (!model) {
    const known = versions.map((one) => one.version).join(', ');
    throw new CommandError(
      version === undefined
        ? `No version of ${symbol} serves. Name one with --version: ${known}.`
        : `${symbol} has no version ${version}; there are ${known}.`,
    );
  }
  return { model, files: await registry.load(model.artifact) };
}

async function versionsOf(
  { config }: Terminal,
  symbol: string,
): Promise<{
  registry: LocalModelRegistry;
  versions: readonly RegisteredModel[];
  serving: RegisteredModel | undefined;
}> {
  const registry = new LocalModelRegistry(openObjectStore(config.objects));
  const listed = await registry.list(symbol);
  if (listed.versions.length === 0) {
    throw new CommandError(`${symbol} has no model in ${config.objects}; one is trained when its close is replayed.`);
  }
  return { registry, ...listed };
}
