export { type DriftScore, driftScores } from './drift';
export { type ForecastScore, type MaturedForecast, scoreForecast } from './forecast-score';
