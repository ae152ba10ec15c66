/** MLflow's JSON, as far as it is read. A member without a value is left out of it, and 64-bit integers may come as text. */
import {
  type Experiment,
  type LoggedModel,
  type MetricPoint,
  type ModelVersion,
  type RegisteredName,
  type Run,
  type RunDataset,
  type RunStatus,
  type Tags,
} from './entities';

type Integer = number | string;

export interface WireTag {
  readonly key: string;
  readonly value?: string;
}

export interface WireExperiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly lifecycle_stage?: string;
  readonly tags?: readonly WireTag[];
}

export interface WireMetric {
  readonly key: string;
  readonly value?: number | string;
  readonly timestamp?: Integer;
  readonly step?: Integer;
}

export interface WireDatasetInput {
  readonly dataset: {
    readonly name: string;
    readonly digest: string;
    readonly source_type?: string;
    readonly source?: string;
    readonly profile?: string;
  };
  readonly tags?: readonly WireTag[];
}

export interface WireRun {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly run_name?: string;
    readonly status?: RunStatus;
    readonly start_time?: Integer;
    readonly end_time?: Integer;
    readonly artifact_uri?: string;
  };
  readonly data?: {
    readonly metrics?: readonly WireMetric[];
    readonly params?: readonly WireTag[];
    readonly tags?: readonly WireTag[];
  };
  readonly inputs?: { readonly dataset_inputs?: readonly WireDatasetInput[] };
  readonly outputs?: { readonly model_outputs?: readonly { readonly model_id: string }[] };
}

export interface WireLoggedModel {
  readonly info: {
    readonly model_id: string;
    readonly experiment_id: string;
    readonly name?: string;
    readonly status?: string;
    readonly creation_timestamp_ms?: Integer;
    readonly artifact_uri?: string;
    readonly source_run_id?: string;
    readonly tags?: readonly WireTag[];
  };
}

export interface WireRegisteredModel {
  readonly name: string;
  readonly description?: string;
  readonly tags?: readonly WireTag[];
  readonly aliases?: readonly { readonly alias: string; readonly version: Integer }[];
}

export interface WireModelVersion {
  readonly name: string;
  readonly version: Integer;
  readonly creation_timestamp?: Integer;
  readonly description?: string;
  readonly source?: string;
  readonly run_id?: string;
  readonly tags?: readonly WireTag[];
}

const DATASET_CONTEXT = 'mlflow.data.context';
/** A logged model's id begins with `m-`; what else follows `models:/` is a registered name. */
const LOGGED_MODEL = /^models:\/(m-[0-9a-f]+)$/;

export function toWireTags(tags: Tags): WireTag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function tagsOf(tags: readonly WireTag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value ?? '']));
}

export function experimentOf({ experiment_id: id, name, lifecycle_stage, tags }: WireExperiment): Experiment {
  return { id, name, deleted: lifecycle_stage === 'deleted', tags: tagsOf(tags) };
}

export function runOf({ info, data, inputs, outputs }: WireRun): Run {
  return {
    id: info.run_id,
    experimentId: info.experiment_id,
    name: info.run_name ?? '',
    status: info.status ?? 'RUNNING',
    startTime: Number(info.start_time ?? 0),
    endTime: info.end_time === undefined ? undefined : Number(info.end_time),
    artifactUri: info.artifact_uri ?? '',
    parameters: tagsOf(data?.params),
    tags: tagsOf(data?.tags),
    metrics: Object.fromEntries((data?.metrics ?? []).map((metric) => [metric.key, Number(metric.value ?? 0)])),
    datasets: (inputs?.dataset_inputs ?? []).map(datasetOf),
    modelIds: (outputs?.model_outputs ?? []).map(({ model_id }) => model_id),
  };
}

export function metricPointOf({ value, timestamp, step }: WireMetric): MetricPoint {
  return { step: Number(step ?? 0), value: Number(value ?? 0), timestamp: Number(timestamp ?? 0) };
}

/** JSON has no NaN and no infinity; MLflow reads them as text, and keeps an infinity as the largest double. */
export function toWireNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export function toWireDataset({ name, digest, uri, profile, context }: RunDataset): WireDatasetInput {
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(uri)?.[1] ?? 'file';
  return {
    dataset: {
      name,
      digest,
      source_type: scheme === 'file' ? 'local' : scheme,
      source: JSON.stringify({ uri }),
      profile: JSON.stringify(profile),
    },
    tags: [{ key: DATASET_CONTEXT, value: context }],
  };
}

function datasetOf({ dataset: { name, digest, source, profile }, tags }: WireDatasetInput): RunDataset {
  const { uri } = objectOf(source);
  return {
    name,
    digest,
    uri: typeof uri === 'string' ? uri : '',
    profile: objectOf(profile),
    context: tagsOf(tags)[DATASET_CONTEXT] ?? '',
  };
}

/** Others may have written another text there. */
function objectOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function loggedModelOf({ info }: WireLoggedModel): LoggedModel {
  return {
    id: info.model_id,
    experimentId: info.experiment_id,
    name: info.name ?? '',
    ready: info.status === 'LOGGED_MODEL_READY',
    createdAt: Number(info.creation_timestamp_ms ?? 0),
    artifactUri: info.artifact_uri ?? '',
    sourceRunId: info.source_run_id ?? '',
    tags: tagsOf(info.tags),
  };
}

export function registeredNameOf({ name, description, tags, aliases }: WireRegisteredModel): RegisteredName {
  return {
    name,
    description: description ?? '',
    tags: tagsOf(tags),
    aliases: Object.fromEntries((aliases ?? []).map(({ alias, version }) => [alias, Number(version)])),
  };
}

export function modelVersionOf(version: WireModelVersion): ModelVersion {
  return {
    name: version.name,
    version: Number(version.version),
    createdAt: Number(version.creation_timestamp ?? 0),
    description: version.description ?? '',
    runId: version.run_id ?? '',
    modelId: LOGGED_MODEL.exec(version.source ?? '')?.[1],
    tags: tagsOf(version.tags),
  };
}
