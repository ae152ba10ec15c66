export { driftScores } from './drift';
export { scoreForecast } from './forecast-score';
