import { PermanentError } from '@closing-bell/contracts';
import { type MetricPoint, type Tags } from './entities';
import { toWireNumber } from './wire';

/** A point of a metric; one with a model counts for that model as well as for the run. */
export interface NamedMetricPoint extends MetricPoint {
  readonly key: string;
  readonly modelId?: string;
}

/** What a run is told at a time. */
export interface LogEntries {
  readonly metrics?: readonly NamedMetricPoint[];
  readonly parameters?: Tags;
  readonly tags?: Tags;
}

/** What MLflow takes in one call. Source: mlflow/utils/validation.py of 3.17. */
const MOST = { metrics: 1000, params: 100, tags: 100, entries: 1000, bytes: 1_000_000 };
/** Characters that MLflow keeps of a name, and of the value of a parameter or a tag. */
export const LONGEST = { key: 250, params: 6000, tags: 8000 };
/** For the run's id and the lists' names. */
const ENVELOPE_BYTES = 1000;

type Kind = 'metrics' | 'params' | 'tags';
type Batch = Partial<Record<Kind, object[]>>;

/**
 * The bodies of log-batch calls that log all entries, each within MLflow's limits; metrics come by themselves, as only they must not be
 * logged twice. @throws PermanentError `mlflow-limit` for a key or a value that is too long: MLflow would cut the value in silence.
 */
export function logBatches({ metrics = [], parameters = {}, tags = {} }: LogEntries): Batch[] {
  const facts = [...entriesOf('params', parameters), ...entriesOf('tags', tags)];
  const points = metrics.map(({ key, value, timestamp, step, modelId }) => {
    checkLength('The name of metric', key, key, LONGEST.key);
    const entry = { key, value: toWireNumber(value), timestamp, step };
    return { kind: 'metrics' as const, entry: modelId === undefined ? entry : { ...entry, model_id: modelId } };
  });
  return [...split(facts), ...split(points)];
}

function entriesOf(kind: 'params' | 'tags', values: Tags): { kind: Kind; entry: object }[] {
  const what = kind === 'params' ? 'parameter' : 'tag';
  return Object.entries(values).map(([key, value]) => {
    checkLength(`The name of ${what}`, key, key, LONGEST.key);
    checkLength(`The value of ${what}`, key, value, LONGEST[kind]);
    return { kind, entry: { key, value } };
  });
}

function checkLength(what: string, key: string, text: string, longest: number): void {
  if (text.length <= longest) return;
  throw new PermanentError(
    `${what} ${key.slice(0, 80)} has ${text.length} characters; MLflow keeps at most ${longest}. Log it as an artifact.`,
    { reason: 'mlflow-limit', key, length: text.length },
  );
}

function split(entries: readonly { readonly kind: Kind; readonly entry: object }[]): Batch[] {
  const batches: Batch[] = [];
  let batch: Batch = {};
  let count = 0;
  let bytes = ENVELOPE_BYTES;
  for (const { kind, entry } of entries) {
    const size = Buffer.byteLength(JSON.stringify(entry)) + 1;
    const isFull = (batch[kind]?.length ?? 0) === MOST[kind] || count === MOST.entries || bytes + size > MOST.bytes;
    if (count === 0 || isFull) {
      batch = {};
      batches.push(batch);
      count = 0;
      bytes = ENVELOPE_BYTES;
    }
    (batch[kind] ??= []).push(entry);
    count += 1;
    bytes += size;
  }
  return batches;
}
