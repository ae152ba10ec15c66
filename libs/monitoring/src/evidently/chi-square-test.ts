import { chiSquareSurvival } from '../distributions/chi-square-survival';
import { type CategoryCounts } from './binning';

/**
 * p-value of Pearson's chi-square test of the current counts against those that the reference's shares lead to expect, 0–1. It is 0
 * where a category is new, as Evidently has it. counts: of one category or more. Source: Pearson 1900; evidently chisquare_stattest.py.
 */
export function chiSquareTest({ reference, current }: CategoryCounts): number {
  const ratio = total(current) / total(reference);
  const statistic = reference.reduce((sum, count, category) => {
    const expected = count * ratio;
    return sum + ((current[category] as number) - expected) ** 2 / expected;
  }, 0);
  // A single category has no freedom left and no difference either.
  return reference.length === 1 ? 1 : chiSquareSurvival(statistic, reference.length - 1);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
