import { type Reference, type Trigger } from '@closing-bell/contracts';

/**
 * When a decision was made: at a session's close, by the ordinary cascade or by the drift alarm after it. Moments are ordered;
 * a later one never changes what an earlier one knew.
 */
export interface Moment {
  readonly session: string;
  readonly trigger: Trigger;
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
  readonly moment: Moment;
  readonly kind: ModelKind;
  /** What forecasts, such as `blend` or `har-fhs`. */
  readonly forecaster: string;
  /** The model's files, by name. */
  readonly files: Readonly<Record<string, Buffer>>;
  readonly featureSetHash: string;
  /** Scores by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What it was made from and how. */
  readonly lineage: {
    readonly bars: Reference;
    readonly features: Reference;
    readonly seed: number;
    readonly parameters: Parameters;
  };
}

/** A version in the registry. */
export interface RegisteredModel {
  readonly name: string;
  readonly version: number;
  readonly decision: string;
  readonly moment: Moment;
  readonly kind: ModelKind;
  readonly forecaster: string;
  readonly featureSetHash: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** The version's manifest: its files, each with its hash, and its lineage. */
  readonly artifact: Reference;
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
}

/** Where models and the runs that made them are kept, and which version served when. */
export interface ModelRegistry {
  /** Stores the files and gives the next version number. Idempotent by `decision`. */
  register(model: NewModel): Promise<RegisteredModel>;

  /** Makes a version the one that serves from a moment on. Idempotent. */
  appoint(name: string, version: number, moment: Moment): Promise<void>;

  /** The version that served as was known before a moment: appointments at that moment and later do not count. */
  servingBefore(name: string, moment: Moment): Promise<RegisteredModel | undefined>;

  /** The version that was registered last before a moment, appointed or not. */
  latestBefore(name: string, moment: Moment): Promise<RegisteredModel | undefined>;

  /** Every version of a model, oldest first, and the one that serves today. */
  list(name: string): Promise<{ versions: readonly RegisteredModel[]; serving: RegisteredModel | undefined }>;

  /** The files of a version, each checked against its hash. @throws PermanentError `missing-object` or `corrupt-object` */
  load(artifact: Reference): Promise<Record<string, Buffer>>;

  /** Keeps a run. Idempotent by its identity. */
  log(run: Run): Promise<void>;

  /** Every run of a model, in the order of their moments; of one moment, trainings before trials. */
  runs(name: string): Promise<readonly Run[]>;
}
