export { appointByHand, describeAppointment } from './appointment';
export { DecisionLog, type DecisionRecord } from './decision-log';
export { ModelDecisions, type ModelQuestion } from './model-decisions';
export { loadHistory } from './load-history';
export { TrainingCheckpoints, type TrainingCheckpointsOptions } from './training-checkpoints';
export { servedForecaster } from './served-forecaster';
export { type MlflowDelivery, openMlflowDelivery } from './open-mlflow';
