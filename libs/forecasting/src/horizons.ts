/** Sessions ahead that every forecast covers: h = 1..10. */
export const HORIZONS = 10;

/** Levels of the quantiles that describe a distribution: k / 40 for k = 1..39. Index 19 is the median. */
export const QUANTILE_LEVELS: readonly number[] = Array.from({ length: 39 }, (_, index) => (index + 1) / 40);

/** Index of the median among {@link QUANTILE_LEVELS}. */
export const MEDIAN_INDEX = 19;
