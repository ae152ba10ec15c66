import { createHash } from 'node:crypto';
import { type Bar } from '@closing-bell/market';

/** One feature while it runs: takes the bars of one symbol in order and gives the value as of each, NaN through the warm-up. */
export type FeatureStep = (bar: Bar) => number;

/** The one definition of a feature, which training and serving share. */
export interface Feature {
  /** Column name, unique in a set. */
  readonly name: string;
  /** How a value comes from the bars, in plain notation (`O H L C V` of a bar, `r` = ln(C / previous C)). */
  readonly formula: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Where the definition was published. */
  readonly source: string;
  /** Bars before the first defined value: the value of bar `warmUp` (counted from 0) is the first that is not NaN. */
  readonly warmUp: number;
  /** True where multiplying every price by one constant leaves the values as they are. */
  readonly scaleFree: boolean;
  /** Starts the computation afresh, before the first bar. A step sees no bar but those it was given. */
  readonly start: () => FeatureStep;
}

/** Features that are computed, stored and versioned together; their order is the order of columns. */
export interface FeatureSet {
  readonly name: string;
  /** Raised when values change although no formula or parameter does. */
  readonly version: number;
  readonly features: readonly Feature[];
}

/** Bars before the first one on which every feature of the set is defined. */
export function warmUpOf(set: FeatureSet): number {
  return set.features.reduce((longest, feature) => Math.max(longest, feature.warmUp), 0);
}

/**
 * Identity of a set's definition: SHA-256 (hex) of its name, version and features with all they declare, in order.
 * Two sets with the same hash give the same columns for the same bars.
 */
export function featureSetHash(set: FeatureSet): string {
  const definition = {
    name: set.name,
    version: set.version,
    features: set.features.map(({ name, formula, parameters, source, warmUp, scaleFree }) => ({
      name,
      formula,
      parameters: Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)),
      source,
      warmUp,
      scaleFree,
    })),
  };
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex');
}
