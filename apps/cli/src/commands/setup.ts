import { allSubscriptions, topics } from '@closing-bell/contracts';
import { connectPubSub, deadLetterGrants, topologyResources } from '@closing-bell/messaging';
import { type Config } from '@closing-bell/platform';
import { applyPlan, foreseen, type Outcome, plan, type Planned, type Resource } from '@closing-bell/provisioning';
import { bucketResource } from '@closing-bell/storage';
import { warehouseResources } from '@closing-bell/warehouse';
import { readRunFile } from '../run-file';
import { CommandError, print, type Terminal } from '../terminal';

const TOPOLOGY = { topics, subscriptions: allSubscriptions };

/** How long somebody at a terminal waits for one answer of BigQuery; making a table is one. */
const PATIENCE_MS = 30_000;

type PubSub = ReturnType<typeof connectPubSub>;

/** What must be there before the services run, as the code itself defines it. */
function resourcesOf(config: Config, pubsub: PubSub): Resource[] {
  const bucket = bucketResource(config.objects, config);
  return [
    ...(bucket === undefined ? [] : [bucket]),
    ...topologyResources(pubsub, config.projectId, TOPOLOGY),
    ...warehouseResources(config.warehouse, config.location, { ...config, patienceMs: PATIENCE_MS }),
  ];
}

interface SetupOptions {
  readonly dryRun?: boolean;
  readonly detailedExitcode?: boolean;
  readonly json?: boolean;
}

/**
 * Makes what the services need, or shows what it would make. Returns 0 where all is or can be as it should be, 1 where something
 * cannot, and 2 where that was asked for and a dry run found something to do.
 */
export async function setup(
  terminal: Terminal,
  options: SetupOptions,
  connect: typeof connectPubSub = connectPubSub,
): Promise<number> {
  const { config } = terminal;
  const emulatorHost = emulatorOf(terminal);
  const pubsub = connect({
    projectId: config.projectId,
    ...(emulatorHost === undefined ? {} : { emulatorHost }),
  });
  const printed = options.json ? () => undefined : (text: string) => print(terminal, text);
  printed(
    `Project ${config.projectId}: Pub/Sub at ${emulatorHost ?? 'Google'}, ${placeOfObjects(config)}, ${placeOfRows(config)}`,
  );
  try {
    const outcomes = await outcomesOf(resourcesOf(config, pubsub), options, printed);
    const grants = emulatorHost === undefined ? deadLetterGrants(config.projectId, TOPOLOGY) : [];
    if (options.json) print(terminal, JSON.stringify(asJson(config, outcomes, grants, options), null, 2));
    else if (!outcomes.some(({ result }) => result === 'failed')) printGrants(terminal, grants);
    printed(conclusion(outcomes, options));
    return exitCodeOf(outcomes, options);
  } finally {
    await pubsub.close();
  }
}

/**
 * Address of the Pub/Sub that is set up; undefined: Google's. What the environment names goes before what `up` runs here.
 *
 * @throws CommandError where Google would be asked without anybody having named a project of theirs
 */
function emulatorOf({ config, environment }: Terminal): string | undefined {
  if (environment.CLOSING_BELL_PROJECT) return config.emulatorHost;
  const emulatorHost = config.emulatorHost ?? readRunFile(config.home)?.pubsub;
  if (emulatorHost === undefined) {
    throw new CommandError(
      'there is nothing to set up: neither CLOSING_BELL_PROJECT names a project of Google Cloud nor PUBSUB_EMULATOR_HOST an emulator. On this machine alone `closing-bell up` makes by itself what it needs.',
    );
  }
  if (config.objects.startsWith('gs:') && config.gcsEndpoint === undefined) {
    throw new CommandError(
      `CLOSING_BELL_PROJECT is not set: say which project of Google Cloud the bucket of ${config.objects} belongs to, or with CLOSING_BELL_GCS_ENDPOINT where an emulator is.`,
    );
  }
  if (config.warehouse.startsWith('bigquery:') && config.bigQueryEndpoint === undefined) {
    throw new CommandError(
      `CLOSING_BELL_PROJECT is not set: say which project of Google Cloud pays for ${config.warehouse}, or with CLOSING_BELL_BIGQUERY_ENDPOINT where an emulator is.`,
    );
  }
  return emulatorHost;
}

function placeOfRows({ warehouse, bigQueryEndpoint }: Config): string {
  return warehouse.startsWith('bigquery:')
    ? `BigQuery at ${bigQueryEndpoint ?? 'Google'}`
    : 'warehouse in a file: no dataset';
}

function placeOfObjects({ objects, gcsEndpoint }: Config): string {
  return objects.startsWith('gs:') ? `Cloud Storage at ${gcsEndpoint ?? 'Google'}` : 'objects in files: no bucket';
}

/** Looks at all and makes what is to be made, unless it is a dry run. Tells of each as soon as it is done, of trouble at the end. */
async function outcomesOf(
  resources: readonly Resource[],
  { dryRun }: SetupOptions,
  printed: (text: string) => void,
): Promise<Outcome[]> {
  const planned = await plan(resources);
  const outcomes: Outcome[] = [];
  for await (const outcome of dryRun ? planned.map(foreseen) : applyPlan(planned)) {
    outcomes.push(outcome);
    if (outcome.result === 'created' || outcome.result === 'updated') printed(madeLine(outcome.planned));
  }
  for (const line of troubleLines(outcomes)) printed(line);
  const kept = outcomes.filter(({ result }) => result === 'kept').length;
  if (kept > 0) printed(kept === 1 ? '= 1 as it should be' : `= ${kept} as they should be`);
  return outcomes;
}

function madeLine({ resource, difference }: Planned): string {
  const name = `${resource.kind} ${resource.name}`;
  if (difference.action === 'create') return [`+ ${name}`, difference.details.join(', ')].join('  ').trimEnd();
  return `~ ${name}  ${changesOf(difference).join(', ')}`;
}

function troubleLines(outcomes: readonly Outcome[]): string[] {
  const refused = outcomes.flatMap(({ planned: { resource, difference } }) =>
    difference.action === 'refuse'
      ? [`✗ ${resource.kind} ${resource.name}  ${difference.changes.join(', ')}. ${difference.advice}`]
      : [],
  );
  // What has one cause, such as credentials that are missing, is told once.
  const failed = new Map<string, string[]>();
  for (const { planned, error } of outcomes) {
    if (error === undefined) continue;
    const { kind, name } = planned.resource;
    failed.set(error.message, [...(failed.get(error.message) ?? []), `${kind} ${name}`]);
  }
  return [
    ...refused,
    ...[...failed].map(([message, [first, ...more]]) =>
      more.length === 0 ? `✗ ${first}: ${message}` : `✗ ${first} and ${more.length} more: ${message}`,
    ),
  ];
}

function changesOf(difference: Planned['difference']): readonly string[] {
  return 'changes' in difference ? difference.changes : [];
}

function printGrants(terminal: Terminal, grants: readonly string[]): void {
  if (grants.length === 0) return;
  print(
    terminal,
    [
      '',
      'Pub/Sub moves messages to the dead letters as a service agent of its own. Where that may not publish there and acknowledge here,',
      'a message that cannot be handled is delivered again without end. Once, by somebody who may grant roles:',
      '',
      ...grants.map((line) => `  ${line}`),
      '',
    ].join('\n'),
  );
}

function conclusion(outcomes: readonly Outcome[], { dryRun }: SetupOptions): string {
  const count = (...results: Outcome['result'][]) => outcomes.filter(({ result }) => results.includes(result)).length;
  const [created, updated, trouble] = [count('created'), count('updated'), count('refused', 'failed')];
  if (created + updated + trouble === 0) return 'All is as it should be.';
  const made = [...(created ? [`${created} created`] : []), ...(updated ? [`${updated} changed`] : [])].join(', ');
  return [
    ...(dryRun ? ['Nothing was changed.'] : []),
    ...(made === '' ? [] : [dryRun ? `Without --dry-run: ${made}.` : `${made}.`]),
    ...(trouble === 0 ? [] : [trouble === 1 ? '1 is not as it should be.' : `${trouble} are not as they should be.`]),
  ].join(' ');
}

function exitCodeOf(outcomes: readonly Outcome[], { dryRun, detailedExitcode }: SetupOptions): number {
  if (outcomes.some(({ result }) => result === 'refused' || result === 'failed')) return 1;
  return dryRun && detailedExitcode && outcomes.some(({ result }) => result !== 'kept') ? 2 : 0;
}

/** The plan, and what became of it unless it was a dry run. */
function asJson(
  { projectId }: Config,
  outcomes: readonly Outcome[],
  deadLetterGrants: readonly string[],
  { dryRun = false }: SetupOptions,
) {
  const resources = outcomes.map(({ planned: { resource, difference }, result, error }) => ({
    kind: resource.kind,
    name: resource.name,
    ...difference,
    ...(error === undefined ? {} : { error: error.message }),
    ...(dryRun ? {} : { result }),
  }));
  return { project: projectId, dryRun, resources, deadLetterGrants };
}
