import { canonicalJson, PermanentError } from '@closing-bell/contracts';
import { sha256Of } from '@closing-bell/storage';
import { type Run } from '../model-registry';
import { readChecked } from './artifact-reading';
import { type MetricPoint, type Run as MlflowRun, type Tags } from './entities';
import { LONGEST } from './log-batches';
import { type DatasetRead } from './mlflow-ledger';
import { type MlflowClient } from './mlflow-client';

/** Registered name that a run is about, by which its runs are found. */
export const NAME_TAG = 'closing-bell.name';
const HASH_TAG = 'closing-bell.run-sha256';
/** The run to the digit; all else of it that MLflow is told is for its pages. */
const FILE = 'run.json';

/** Steps of series are counted from 1; what a run came to has none. */
const RESULT_STEP = 0;

/**
 * Keeps a run with its MLflow run, and gives what is kept: a training that was begun again may have come to other numbers, and the first
 * ones stay. The tag with the hash comes after the file, so that a file that was cut short is written again.
 */
export async function keepRun(client: MlflowClient, logged: MlflowRun, run: Run): Promise<Run> {
  if (logged.tags[HASH_TAG] !== undefined) return keptRun(client, logged);
  const bytes = Buffer.from(canonicalJson(run));
  await client.artifacts(logged.artifactUri).put(FILE, bytes);
  await client.log(logged.id, { tags: { [HASH_TAG]: sha256Of(bytes) } });
  return run;
}

/** @throws PermanentError `missing-object`, `corrupt-object` */
export async function keptRun(client: MlflowClient, { artifactUri, tags }: MlflowRun): Promise<Run> {
  const expected = { uri: `${artifactUri}/${FILE}`, sha256: tags[HASH_TAG] ?? '' };
  const bytes = await readChecked(client.artifacts(artifactUri), FILE, expected);
  return JSON.parse(bytes.toString('utf8')) as Run;
}

/** Milliseconds since 1970. A run without circumstances counts as one at 21:00 UTC of its session, after any close that it may be of. */
export function timesOf({ circumstances, moment }: Run): { readonly start: number; readonly end: number } {
  const start = Date.parse(circumstances?.startedAt ?? `${moment.session}T21:00:00Z`);
  return { start, end: start + Math.round(1000 * (circumstances?.seconds ?? 0)) };
}

/** What MLflow's pages list it as: `^GSPC 2020-03-24`, and of a trial what tells it from its training's others. */
export function titleOf({ identity, parent, name, kind, moment: { session, trigger } }: Run): string {
  const title = `${name} ${session}${trigger === 'features-computed' ? '' : ` ${trigger}`}`;
  if (parent === undefined) return title;
  return `${title} ${identity.startsWith(`${parent}-`) ? identity.slice(parent.length + 1) : kind}`;
}

export function runTags({ name, kind, moment, notes, circumstances }: Run): Tags {
  const own = {
    [NAME_TAG]: name,
    'closing-bell.kind': kind,
    'closing-bell.session': moment.session,
    'closing-bell.trigger': moment.trigger,
    ...(circumstances
      ? {
          'closing-bell.code': circumstances.code,
          'closing-bell.environment': circumstances.environment,
          'mlflow.source.name': `Closing Bell ${circumstances.code}`,
        }
      : {}),
  };
  const noted = Object.entries(notes).map(([note, text]) => [`closing-bell.${note}`, text] as const);
  const all: Tags = { ...Object.fromEntries(noted), 'mlflow.note.content': pageText(notes), ...own };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, text]) => text !== '')
      .map(([key, text]) => [key, shortened(text, LONGEST.tags)]),
  );
}

/** What stands at the top of the run's page. */
function pageText({ decision, reasons }: Run['notes']): string {
  return [decision && `**${decision}**`, reasons].filter(Boolean).join('\n\n');
}

export function runParameters({ parameters }: Run): Tags {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [key, shortened(String(value), LONGEST.params)]),
  );
}

/** What it came to as points of step 0, and its series from step 1 on. A result that shares its name with a series is `<name>.final`. */
export function runSeries(run: Run): Readonly<Record<string, readonly MetricPoint[]>> {
  const timestamp = timesOf(run).end;
  const results = Object.entries(run.metrics).map(([key, value]) => [
    run.series[key] === undefined ? key : `${key}.final`,
    [{ step: RESULT_STEP, value, timestamp }],
  ]);
  const series = Object.entries(run.series).map(([key, values]) => [
    key,
    values.map((value, index) => ({ step: index + 1, value, timestamp })),
  ]);
  return Object.fromEntries([...results, ...series]) as Record<string, MetricPoint[]>;
}

/**
 * Scores of a model as points of its run. A score that is the run's own is the same point; another model's, such as that of a baseline that
 * the training judged, carries its forecaster's name, or the run would have two values of one score.
 */
export function scorePoints(
  run: MlflowRun,
  forecaster: string,
  scores: Readonly<Record<string, number>>,
): Readonly<Record<string, MetricPoint>> {
  const timestamp = run.endTime ?? run.startTime;
  return Object.fromEntries(
    Object.entries(scores).map(([key, value]) => [
      run.metrics[key] === value ? key : `${forecaster}.${key}`,
      { step: RESULT_STEP, value, timestamp },
    ]),
  );
}

export function runDatasets({ datasets }: Run): DatasetRead[] {
  return Object.entries(datasets).map(([name, { uri, sha256 }]) => ({ name, uri, sha256, context: 'training' }));
}

/** @throws PermanentError `unknown-run` where it was not logged to the end */
export function loggedRun(run: MlflowRun | undefined, name: string, identity: string): MlflowRun {
  if (run?.status === 'FINISHED') return run;
  throw new PermanentError(`${name} has no logged run ${identity}. Log a training before its trials and its model.`, {
    reason: 'unknown-run',
    name,
    run: identity,
  });
}

/** For MLflow's pages; the whole text is in the file. */
function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
