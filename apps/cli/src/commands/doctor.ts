import { findTensorFlow, probeEngine, tensorFlowFolder } from '@closing-bell/forecasting';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openMlflowDelivery } from '@closing-bell/serving';
import { openObjectStore } from '@closing-bell/storage';
import { openWarehouse } from '@closing-bell/warehouse';
import { accessSync, constants, existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

/** How long somebody at a terminal waits for BigQuery. */
const PATIENCE_MS = 15_000;

/** What was looked at, how it stands, and what to do where something could be better. */
interface Finding {
  readonly subject: string;
  readonly state: string;
  readonly advice?: string;
  /** The services would not run like this. */
  readonly broken?: boolean;
}

/** Prints what the services would run on here, above all what trains. Returns 1 where they would not run. */
export async function doctor(terminal: Terminal, options: { json?: boolean }): Promise<number> {
  const findings = [
    node(),
    home(terminal),
    pubsub(terminal),
    await warehouse(terminal),
    await mlflow(terminal),
    await training(terminal),
  ];
  if (options.json) print(terminal, JSON.stringify(findings, null, 2));
  else {
    print(
      terminal,
      table(
        ['', 'what', 'how it stands'],
        findings.map(({ subject, state, broken, advice }) => [broken ? '✗' : advice ? '·' : '✓', subject, state]),
      ),
    );
    for (const { subject, advice } of findings) if (advice !== undefined) print(terminal, `\n${subject}: ${advice}`);
  }
  return findings.some(({ broken }) => broken) ? 1 : 0;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const state = `Node ${process.versions.node}, ${availableParallelism()} cores`;
  if (major > 20 || (major === 20 && minor >= 19)) return { subject: 'Node', state };
  return { subject: 'Node', state, broken: true, advice: 'Node 20.19 or later is needed.' };
}

function home({ config }: Terminal): Finding {
  const folder = resolve(config.home);
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK);
    return { subject: 'home', state: folder };
  } catch {
    const advice = `${existing} cannot be written to. Set CLOSING_BELL_HOME to a folder that can.`;
    return { subject: 'home', state: folder, broken: true, advice };
  }
}

function pubsub({ config }: Terminal): Finding {
  const state =
    config.emulatorHost === undefined ? 'embedded, started by `closing-bell up`' : `at ${config.emulatorHost}`;
  return { subject: 'Pub/Sub', state };
}

/** Whether the dataset is there as this release needs it. A file is the monitor's alone, and is not opened. */
async function warehouse({ config }: Terminal): Promise<Finding> {
  const subject = 'warehouse';
  const state = config.warehouse;
  if (!config.warehouse.startsWith('bigquery:')) return { subject, state };
  try {
    await (await openWarehouse(config.warehouse, { ...config, patienceMs: PATIENCE_MS })).close();
    return { subject, state: `${state}, complete` };
  } catch (error) {
    return { subject, state, broken: true, advice: firstLine(error) };
  }
}

/** Whether MLflow, where there is one, lets us in. Without it all goes on, so nothing is broken. */
async function mlflow({ config, clock }: Terminal): Promise<Finding> {
  const subject = 'MLflow';
  const objects = openObjectStore(config.objects, config);
  const told = openMlflowDelivery(config, { objects, from: new LocalModelRegistry(objects), clock });
  if (!told) return { subject, state: 'none: MLFLOW_TRACKING_URI is not set' };
  const state = `at ${config.mlflow}, experiment ${config.mlflowExperiment}`;
  try {
    const names = await told.registry.names();
    return { subject, state: `${state}, ${names.length} models` };
  } catch (error) {
    return { subject, state, advice: `${firstLine(error)} Until then trainings go on, and it is told later.` };
  }
}

async function training({ config }: Terminal): Promise<Finding> {
  const { engine, cache } = config;
  const processes = config.trainingProcesses || availableParallelism();
  try {
    const active = await probeEngine({ engine, cache });
    const state = `${active}, ${processes} at a time`;
    const advice = engine === 'auto' ? await fasterThan(active, cache) : undefined;
    return { subject: 'training', state, ...(advice === undefined ? {} : { advice }) };
  } catch (error) {
    return { subject: 'training', state: `engine "${engine}"`, broken: true, advice: firstLine(error) };
  }
}

/** How to get a faster engine than the one that `auto` found; undefined where there is none. */
async function fasterThan(active: string, cache: string): Promise<string | undefined> {
  if (active.startsWith('TensorFlow')) return undefined;
  const found = findTensorFlow(cache);
  if (found === undefined) {
    return 'TensorFlow would train faster. `make tensorflow` gets it: 270 MB by npm or pip, once.';
  }
  try {
    await probeEngine({ engine: 'tensorflow', cache });
    return undefined;
  } catch (error) {
    return `TensorFlow cannot be loaded from ${found.module}. Delete ${tensorFlowFolder(cache)} and run \`make tensorflow\`. ${firstLine(error)}`;
  }
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0] ?? '';
}
