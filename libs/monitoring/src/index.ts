export { alarmsOf, driftScores } from './drift';
export { dataDrift } from './evidently/data-drift';
export { scoreForecast } from './forecast-score';
