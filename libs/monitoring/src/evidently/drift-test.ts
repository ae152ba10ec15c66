import { binnedShares, categoryCounts, withoutEmptyBins } from './binning';
import { chiSquareTest } from './chi-square-test';
import { type Sample } from './column';
import { hellingerDistance } from './hellinger-distance';
import { jensenShannonDistance } from './jensen-shannon-distance';
import { kolmogorovSmirnovTest } from './kolmogorov-smirnov-test';
import { kullbackLeiblerDivergence } from './kullback-leibler-divergence';
import { populationStabilityIndex } from './population-stability-index';
import { normedWassersteinDistance } from './wasserstein-distance';
import { zTest } from './z-test';

/** Evidently's names of its tests. */
export type DriftTestName = 'ks' | 'chisquare' | 'z' | 'wasserstein' | 'jensenshannon' | 'psi' | 'kl_div' | 'hellinger';

/** A test of Evidently's. */
export interface DriftTest {
  /** As its reports call it. */
  readonly displayName: string;
  /** Where a user names none. */
  readonly defaultThreshold: number;
  /** A p-value or a distance; neither sample is empty, both are of one type. */
  readonly score: (reference: Sample, current: Sample) => number;
  readonly drifted: (score: number, threshold: number) => boolean;
}

const P_VALUE = 0.05;
const DISTANCE = 0.1;
const below = (score: number, threshold: number): boolean => score < threshold;
const upTo = (score: number, threshold: number): boolean => score <= threshold;
const from = (score: number, threshold: number): boolean => score >= threshold;

/** Every test by name, with Evidently's thresholds and directions: that K-S alone counts a p-value at its threshold is its own. */
export const driftTests: Readonly<Record<DriftTestName, DriftTest>> = {
  ks: {
    displayName: 'K-S p_value',
    defaultThreshold: P_VALUE,
    score: (reference, current) => kolmogorovSmirnovTest(numbers(reference), numbers(current)),
    drifted: upTo,
  },
  chisquare: {
    displayName: 'chi-square p_value',
    defaultThreshold: P_VALUE,
    score: (reference, current) => chiSquareTest(categoryCounts(reference.values, current.values)),
    drifted: below,
  },
  z: {
    displayName: 'Z-test p_value',
    defaultThreshold: P_VALUE,
    score: (reference, current) => zTest([...reference.values], [...current.values]),
    drifted: below,
  },
  wasserstein: {
    displayName: 'Wasserstein distance (normed)',
    defaultThreshold: DISTANCE,
    score: (reference, current) => normedWassersteinDistance(numbers(reference), numbers(current)),
    drifted: from,
  },
  jensenshannon: {
    displayName: 'Jensen-Shannon distance',
    defaultThreshold: DISTANCE,
    score: (reference, current) => jensenShannonDistance(binnedShares(reference, current)),
    drifted: from,
  },
  psi: {
    displayName: 'PSI',
    defaultThreshold: DISTANCE,
    score: (reference, current) => populationStabilityIndex(withoutEmptyBins(binnedShares(reference, current))),
    drifted: from,
  },
  kl_div: {
    displayName: 'Kullback-Leibler divergence',
    defaultThreshold: DISTANCE,
    score: (reference, current) => kullbackLeiblerDivergence(withoutEmptyBins(binnedShares(reference, current))),
    drifted: from,
  },
  hellinger: {
    displayName: 'Hellinger distance',
    defaultThreshold: DISTANCE,
    score: hellingerDistance,
    drifted: from,
  },
};

/** Beyond this many rows of the reference a p-value finds the least difference, and distances take its place. */
const MOST_ROWS_OF_P_VALUES = 1000;
/** At most this many distinct numbers are tested as categories are. */
const FEW_NUMBERS = 5;

/** The test that Evidently takes where a user names none. Source: evidently stattests/registry.py. */
export function defaultTest(reference: Sample, current: Sample): DriftTestName {
  const distinct = new Set([...reference.values, ...current.values]).size;
  const asCategories = reference.type === 'cat' || distinct <= FEW_NUMBERS;
  if (reference.values.length > MOST_ROWS_OF_P_VALUES) return asCategories ? 'jensenshannon' : 'wasserstein';
  if (!asCategories) return 'ks';
  return distinct > 2 ? 'chisquare' : 'z';
}

function numbers({ type, values }: Sample): Float64Array {
  if (type === 'num') return values;
  throw new Error(
    'This test takes numbers, but the column is categorical. Name another test, or the type of the column.',
  );
}
