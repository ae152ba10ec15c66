export { dataQuality } from './data-quality';
export { alarmsOf, driftScores } from './drift';
export { dataDrift } from './evidently/data-drift';
export { evidentlyScores } from './evidently-scores';
export { scoreForecast } from './forecast-score';
export { watchedDistributions } from './watched-distributions';
