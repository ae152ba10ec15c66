import { classicIndicators } from './classic-indicators';
import { type FeatureSet } from './feature';
import { scaleFreeFeatures } from './scale-free-features';

/** What the feature service computes and stores: classic indicators for people to read, scale-free features to learn from. */
export const closingBellFeatures: FeatureSet = {
  name: 'closing-bell',
  version: 1,
  features: [...classicIndicators.features, ...scaleFreeFeatures.features],
};
