import { kerasFile, loadForecaster, onnxFile } from '@closing-bell/forecasting';
import { LocalModelRegistry, type ModelHistory, type RegisteredModel } from '@closing-bell/registry';
import { appointByHand, DecisionLog, describeAppointment } from '@closing-bell/serving';
import { type ObjectStore, openObjectStore } from '@closing-bell/storage';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, print, type Terminal } from '../terminal';
import { table } from '../terminal/table';
import { tellMlflow } from './registry';

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
        forecasterOf(version),
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

/** Makes a version serve from the next close on. */
export async function promoteModel(terminal: Terminal, symbol: string, version: number): Promise<void> {
  await appoint(terminal, symbol, version, await versionsOf(terminal, symbol));
}

/** Makes the version serve again that served before the one that serves now. */
export async function rollBackModel(terminal: Terminal, symbol: string): Promise<void> {
  const known = await versionsOf(terminal, symbol);
  const { versions, appointments, serving } = known;
  const before = appointments.findLast(({ version }) => version !== serving?.version);
  const wanted = versions.find(({ version }) => version === before?.version);
  if (!serving || !wanted) {
    throw new CommandError(
      `${symbol}: no other version has served yet; name one with \`closing-bell models promote\`.`,
    );
  }
  await appoint(terminal, symbol, wanted.version, known);
}

/** Prints two versions side by side: scores, options, what they learnt from. */
export async function compareModels(terminal: Terminal, symbol: string, first: number, second: number): Promise<void> {
  const { registry, versions } = await versionsOf(terminal, symbol);
  const both = await Promise.all(
    [first, second].map(async (version) => {
      const model = versions.find((one) => one.version === version);
      if (!model) throw new CommandError(unknownVersion(symbol, version, versions));
      return { model, lineage: await registry.lineage(model.artifact) };
    }),
  );
  const rows: [string, (one: (typeof both)[number]) => string][] = [
    ['forecaster', ({ model }) => forecasterOf(model)],
    ['made after the close of', ({ model }) => `${model.moment.session} (${model.moment.trigger})`],
    ...names(both.map(({ model }) => model.metrics)).map((name): (typeof rows)[number] => [
      name,
      ({ model }) => model.metrics[name]?.toPrecision(4) ?? '–',
    ]),
    ...names(both.map(({ lineage }) => lineage.parameters)).map((name): (typeof rows)[number] => [
      name,
      ({ lineage }) => String(lineage.parameters[name] ?? '–'),
    ]),
    ['seed', ({ lineage }) => String(lineage.seed)],
    ['feature set', ({ model }) => model.featureSetHash.slice(0, 12)],
    ['bars', ({ lineage }) => lineage.bars.sha256.slice(0, 12)],
    ['model', ({ model }) => model.artifact.sha256.slice(0, 12)],
  ];
  print(
    terminal,
    table(
      ['', `version ${first}`, `version ${second}`, ''],
      rows.map(([name, valueOf]) => {
        const values = both.map(valueOf);
        return [name, ...values, values[0] === values[1] ? '' : 'differs'];
      }),
      [1, 2],
    ),
  );
  print(
    terminal,
    '\nEach was scored on the year before its own session: scores of different sessions are not of the same origins.',
  );
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

async function appoint(
  terminal: Terminal,
  symbol: string,
  version: number,
  { registry, objects }: KnownModel,
): Promise<void> {
  const decisions = new DecisionLog(objects);
  const made = await appointByHand(symbol, version, { registry, decisions, clock: terminal.clock });
  const told = describeAppointment(symbol, version, made);
  if (made.outcome === 'unknown') throw new CommandError(told);
  print(terminal, told);
  if (made.outcome === 'appointed') await tellMlflow(terminal, objects, [symbol]);
}

function forecasterOf({ kind, forecaster }: RegisteredModel): string {
  return kind === 'baseline' ? `baseline ${forecaster}` : forecaster;
}

function names(records: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

function unknownVersion(symbol: string, version: number, versions: readonly RegisteredModel[]): string {
  return `${symbol} has no version ${version}; there are ${versions.map((one) => one.version).join(', ')}.`;
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
        : unknownVersion(symbol, version, versions),
    );
  }
  return { model, files: await registry.load(model.artifact) };
}

interface KnownModel extends ModelHistory {
  readonly registry: LocalModelRegistry;
  readonly objects: ObjectStore;
}

async function versionsOf({ config }: Terminal, symbol: string): Promise<KnownModel> {
  const objects = openObjectStore(config.objects, config);
  const registry = new LocalModelRegistry(objects);
  const listed = await registry.list(symbol);
  if (listed.versions.length === 0) {
    throw new CommandError(`${symbol} has no model in ${config.objects}; one is trained when its close is replayed.`);
  }
  return { registry, objects, ...listed };
}
