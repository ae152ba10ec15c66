export { alarmsOf, driftScores } from './drift';
export { scoreForecast } from './forecast-score';
