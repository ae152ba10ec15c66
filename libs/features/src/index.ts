export { classicIndicators } from './classic-indicators';
export { closingBellFeatures } from './closing-bell-features';
export { ewmaVolatility } from './ewma-volatility';
export { type Feature, type FeatureSet, featureSetHash, warmUpOf } from './feature';
export { computeFeatures, FeatureComputer, type FeatureTable } from './feature-computer';
export { scaleFreeFeatures } from './scale-free-features';
