export { type AlarmScore, alarmsOf } from './alarm-score';
export { dataQuality } from './data-quality';
export { driftScores } from './drift';
export { evidentlyScores } from './evidently-scores';
export { dataDrift } from './evidently/data-drift';
export { scoreForecast } from './forecast-score';
export { type NextSessionForecast, PERFORMANCE_DAYS, performanceScores } from './performance-alarm';
