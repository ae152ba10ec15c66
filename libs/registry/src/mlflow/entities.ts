/** What MLflow keeps, in our words. Times are milliseconds since 1970. */

export type Tags = Readonly<Record<string, string>>;

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly tags: Tags;
}

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

/** A dataset that a run read. */
export interface RunDataset {
  readonly name: string;
  /** At most 36 characters; name and digest identify a dataset within an experiment. */
  readonly digest: string;
  readonly uri: string;
  /** Facts of the dataset, which MLflow's pages show. */
  readonly profile: Readonly<Record<string, unknown>>;
  /** What it was read for, such as `training`. */
  readonly context: string;
}

export interface Run {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime: number | undefined;
  /** Where its artifacts lie. */
  readonly artifactUri: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Tags;
  /** The latest value of each metric. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly datasets: readonly RunDataset[];
  /** Ids of the logged models that it made. */
  readonly modelIds: readonly string[];
}

export interface MetricPoint {
  readonly step: number;
  readonly value: number;
  readonly timestamp: number;
}

export interface LoggedModel {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly ready: boolean;
  readonly createdAt: number;
  /** Where its files lie. */
  readonly artifactUri: string;
  readonly sourceRunId: string;
  readonly tags: Tags;
}

/** A name in the registry, with versions. */
export interface RegisteredName {
  readonly name: string;
  readonly description: string;
  readonly tags: Tags;
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, number>>;
}

export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
  readonly description: string;
  readonly runId: string;
  /** Id of the logged model that it is; undefined where somebody registered other files. */
  readonly modelId: string | undefined;
  readonly tags: Tags;
}
