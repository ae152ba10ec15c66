import { type Reference, type Trigger } from '@closing-bell/contracts';

/**
 * When something was decided: at a session's close, by the ordinary cascade, by the drift alarm after it, or by hand after both.
 * Moments are ordered; a later one never changes what an earlier one knew.
 */
export interface Moment {
  readonly session: string;
  readonly trigger: Trigger | 'by-hand';
  /** When it was done by hand, ISO 8601 in UTC: of several at one session the last counts. */
  readonly madeAt?: string;
}

/** Settings by name. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** A model was trained to serve; a baseline serves where no model is fit to. */
export type ModelKind = 'model' | 'baseline';

/** What a version is registered with. */
export interface NewModel {
  /** Registered model, one a symbol. */
  readonly name: string;
  /** Identity of the decision that made it: registering for the same decision again gives the same version. */
  readonly decision: string;
  /** Identity of the run that made it, which is logged before. */
  readonly run: string;
  readonly moment: Moment;
  readonly kind: ModelKind;
  /** What forecasts, such as `blend` or `har-fhs`. */
  readonly forecaster: string;
  /** The model's files, by name or path. */
  readonly files: Readonly<Record<string, Buffer>>;
  readonly featureSetHash: string;
  /** Scores by name. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly lineage: Lineage;
}

/** What a version was made from and how. */
export interface Lineage {
  readonly bars: Reference;
  readonly features: Reference;
  readonly seed: number;
  readonly parameters: Parameters;
}

/** A version in the registry. */
export interface RegisteredModel {
  readonly name: string;
  readonly version: number;
  readonly decision: string;
  /** Identity of the run that made it. */
  readonly run: string;
  readonly moment: Moment;
  readonly kind: ModelKind;
  readonly forecaster: string;
  readonly featureSetHash: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** The version's manifest: its files, each with its hash, and its lineage. */
  readonly artifact: Reference;
}

/** A version made the one that serves. */
export interface Appointment {
  readonly version: number;
  readonly moment: Moment;
}

/** A version that serves, and since when. */
export interface ServingModel extends RegisteredModel {
  readonly since: Moment;
}

/** A training, or a trial of a search for better options, as it was run. */
export interface Run {
  /** Logging the same run again changes nothing. */
  readonly identity: string;
  /** Identity of the training that a trial belongs to. */
  readonly parent?: string;
  /** Registered model that it is about. */
  readonly name: string;
  readonly kind: 'training' | 'trial';
  readonly moment: Moment;
  readonly parameters: Parameters;
  readonly metrics: Readonly<Record<string, number>>;
  /** By name, a number a step, from step 1. */
  readonly series: Readonly<Record<string, readonly number[]>>;
  /** Texts by name, such as the decision and its reasons. */
  readonly notes: Readonly<Record<string, string>>;
  /** What it read, by name. */
  readonly datasets: Readonly<Record<string, Reference>>;
  /** How it happened to run; not part of what it is. The first that is logged stays. */
  readonly circumstances?: Circumstances;
}

/** When and on what a run was computed. */
export interface Circumstances {
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Version and commit of the code. */
  readonly code: string;
  /** Runtime and machine. */
  readonly environment: string;
}

/** A model's versions and appointments. */
export interface ModelHistory {
  /** Oldest first. */
  readonly versions: readonly RegisteredModel[];
  /** In the order of their moments. */
  readonly appointments: readonly Appointment[];
  /** The version that serves today. */
  readonly serving: RegisteredModel | undefined;
}

/** Where models and the runs that made them are kept, and which version served when. */
export interface ModelRegistry {
  /** Stores the files and gives the next version number. Idempotent by `decision`. */
  register(model: NewModel): Promise<RegisteredModel>;

  /** Makes a version the one that serves from a moment on. Idempotent. */
  appoint(name: string, version: number, moment: Moment): Promise<void>;

  /** The version that served as was known before a moment: appointments at that moment and later do not count. */
  servingBefore(name: string, moment: Moment): Promise<ServingModel | undefined>;

  /** The version that was registered last before a moment, appointed or not. */
  latestBefore(name: string, moment: Moment): Promise<RegisteredModel | undefined>;

  /** Names of all registered models, in ascending order. */
  names(): Promise<readonly string[]>;

  /** All that is known of a model; nothing of one that is not there. */
  list(name: string): Promise<ModelHistory>;

  /** The files of a version, each checked against its hash. @throws PermanentError `missing-object` or `corrupt-object` */
  load(artifact: Reference): Promise<Record<string, Buffer>>;

  /** What a version was made from. @throws PermanentError as `load` does */
  lineage(artifact: Reference): Promise<Lineage>;

  /** Keeps a run. Idempotent by its identity. */
  log(run: Run): Promise<void>;

  /** Every run of a model, in the order of their moments; of one moment, trainings before trials. */
  runs(name: string): Promise<readonly Run[]>;
}
