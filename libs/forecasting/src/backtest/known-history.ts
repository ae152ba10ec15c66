import { computeFeatures, type FeatureSet } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';
import { checkKnownAt } from '../evaluation/leak';
import { alignHistory, type History } from '../history';

/** Bars with their features, after a check that each was known at its session. Throws LeakError where one was not. */
export function knownHistory(bars: readonly Bar[], set: FeatureSet): History {
  const features = computeFeatures(bars, set);
  checkKnownAt(bars, features, (known) => computeFeatures(known, set));
  return alignHistory(bars, features);
}
