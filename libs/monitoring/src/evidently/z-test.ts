import { normalSurvival } from '../distributions/normal-survival';
import { type Category } from './column';

/**
 * p-value of the two-sided z-test of two proportions, 0–1: the share of values other than the least one.
 * Neither sample is empty. Source: evidently z_stattest.py.
 */
export function zTest(reference: readonly Category[], current: readonly Category[]): number {
  const distinct = new Set([...reference, ...current]);
  if (distinct.size === 1) return 1;
  const least = [...distinct].reduce((a, b) => (b < a ? b : a));
  const others = (values: readonly Category[]) => values.filter((value) => value !== least).length;
  const [n1, n2] = [reference.length, current.length];
  const [count1, count2] = [others(reference), others(current)];
  const pooled = (count1 + count2) / (n1 + n2);
  const z = (count1 / n1 - count2 / n2) / Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  return 2 * normalSurvival(Math.abs(z));
}
