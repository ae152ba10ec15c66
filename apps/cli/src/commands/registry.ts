import { LocalModelRegistry, type ModelRegistry } from '@closing-bell/registry';
import { openMlflowDelivery } from '@closing-bell/serving';
import { type ObjectStore, openObjectStore } from '@closing-bell/storage';
import { progressBar } from '../progress-bar';
import { CommandError, print, type Terminal } from '../terminal';

/** Carries all that the registry holds into MLflow, whatever was told before, and compares. */
export async function migrateRegistry(
  terminal: Terminal,
  options: { readonly symbols?: readonly string[] },
): Promise<void> {
  const { config, clock, output } = terminal;
  const objects = openObjectStore(config.objects, config);
  const from = new LocalModelRegistry(objects);
  const mlflow = openMlflowDelivery(config, { objects, from, clock });
  if (!mlflow)
    throw new CommandError('MLFLOW_TRACKING_URI is not set: say where MLflow is, such as http://127.0.0.1:5000');
  const names = options.symbols ?? (await from.names());
  if (names.length === 0) throw new CommandError(`there is no model in ${config.objects} yet; replay a close first`);
  const bar = progressBar(output, names.length, 'models');
  let all = 0;
  try {
    for (const name of names) {
      bar.note(name);
      all += (await mlflow.delivery.deliver(name, { afresh: true })).all;
      await compare(name, from, mlflow.registry);
      bar.step(name);
    }
  } finally {
    bar.stop();
  }
  print(
    terminal,
    `${names.length} models with ${all} runs, versions and appointments are in ${config.mlflow}, experiment ${config.mlflowExperiment}; read back and equal.`,
  );
}

/** Tells MLflow of models, where there is one; says so where it cannot be reached. */
export async function tellMlflow(terminal: Terminal, objects: ObjectStore, names: readonly string[]): Promise<void> {
  const { config, clock } = terminal;
  const mlflow = openMlflowDelivery(config, { objects, from: new LocalModelRegistry(objects), clock });
  if (!mlflow) return;
  try {
    for (const name of names) await mlflow.delivery.deliver(name);
    print(terminal, `MLflow at ${config.mlflow} was told.`);
  } catch (error) {
    print(
      terminal,
      `MLflow was not told: ${error instanceof Error ? error.message : String(error)} The trainer tells it after the next training, and \`closing-bell registry migrate\` at once.`,
    );
  }
}

/** Throws a CommandError where MLflow does not hold what the registry holds. */
async function compare(name: string, from: ModelRegistry, to: ModelRegistry): Promise<void> {
  const [here, there] = await Promise.all([contentOf(name, from), contentOf(name, to)]);
  for (const part of ['runs', 'versions', 'appointments', 'serving'] as const) {
    const missing = here[part].filter((one) => !there[part].includes(one));
    if (missing.length > 0) {
      throw new CommandError(
        `${name}: MLflow holds other ${part} than the registry: ${missing.slice(0, 3).join(', ')}`,
      );
    }
  }
}

/** What a registry holds of a model, in words that do not depend on how it numbers versions. */
async function contentOf(name: string, registry: ModelRegistry) {
  const [{ versions, appointments, serving }, runs] = await Promise.all([registry.list(name), registry.runs(name)]);
  const decisionOf = new Map(versions.map(({ version, decision }) => [version, decision]));
  return {
    runs: runs.map(({ identity }) => identity),
    versions: versions.map(({ decision }) => decision),
    appointments: appointments.map(
      ({ version, moment: { session, trigger, madeAt = '' } }) =>
        `${decisionOf.get(version)} ${session} ${trigger} ${madeAt}`,
    ),
    serving: [serving?.decision ?? 'none'],
  };
}
