import { type Reference, type Trigger } from '@closing-bell/contracts';

/**
 * When a decision was made: at a session's close, by the ordinary cascade or by the drift alarm after it. Moments are ordered;
 * a later one never changes what an earlier one knew.
 */
export interface Moment {
  readonly session: string;
  readonly trigger: Trigger;
}

/** What a version is registered with. */
export interface NewModel {
  /** Registered model, one a symbol. */
  readonly name: string;
  /** Identity of the decision that trained it: registering for the same decision again gives the same version. */
  readonly decision: string;
  readonly moment: Moment;
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
    /** Settings of the training, by name. */
    readonly parameters: Readonly<Record<string, string | number | boolean>>;
  };
}

/** A version in the registry. */
export interface RegisteredModel {
  readonly name: string;
  readonly version: number;
  readonly decision: string;
  readonly moment: Moment;
  readonly featureSetHash: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** The version's manifest: its files, each with its hash, and its lineage. */
  readonly artifact: Reference;
}

/** Where models are kept, and which of them was champion when. */
export interface ModelRegistry {
  /** Stores the files and gives the next version number. Idempotent by `decision`. */
  register(model: NewModel): Promise<RegisteredModel>;

  /** Makes a version the champion from a moment on. Idempotent. */
  promote(name: string, version: number, moment: Moment): Promise<void>;

  /** The champion as it was known before a moment: promotions at that moment and later do not count. */
  championBefore(name: string, moment: Moment): Promise<RegisteredModel | undefined>;

  /** The version that was registered last before a moment, promoted or not. */
  latestBefore(name: string, moment: Moment): Promise<RegisteredModel | undefined>;

  /** Every version of a model, oldest first, and the champion of today. */
  list(name: string): Promise<{ versions: readonly RegisteredModel[]; champion: number | undefined }>;

  /** The files of a version, each checked against its hash. @throws PermanentError `missing-object` or `corrupt-object` */
  load(artifact: Reference): Promise<Record<string, Buffer>>;
}
