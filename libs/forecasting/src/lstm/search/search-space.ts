import { type RandomSource } from '../../random';
import { type LstmOptions } from '../options';

/** The options that are searched for. */
export type SearchedOptions = Pick<LstmOptions, 'units' | 'lookback' | 'dropout' | 'learningRate'>;

/**
 * What is drawn from: around the defaults, by a factor of three to five where the loss may tell them apart. No data took part in
 * the choice of these ranges.
 */
export const SEARCH_SPACE = {
  units: [64, 128, 200, 256],
  lookback: [5, 10, 15, 20],
  dropout: [0, 0.1, 0.2, 0.3, 0.4],
  /** Least and largest; drawn uniformly on a logarithmic scale, to two digits. */
  learningRate: [1e-4, 2e-3],
} as const;

/** One combination. */
export function drawOptions(random: RandomSource): SearchedOptions {
  const oneOf = (values: readonly number[]): number => values[random.integer(values.length)] ?? NaN;
  const [least, largest] = SEARCH_SPACE.learningRate;
  return {
    units: oneOf(SEARCH_SPACE.units),
    lookback: oneOf(SEARCH_SPACE.lookback),
    dropout: oneOf(SEARCH_SPACE.dropout),
    learningRate: Number((least * (largest / least) ** random.uniform()).toPrecision(2)),
  };
}
