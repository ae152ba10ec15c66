export { BackgroundDelivery } from './background-delivery';
export { LocalModelRegistry } from './local-registry';
export { openMlflowRegistry } from './mlflow/open-mlflow-registry';
export {
  type Circumstances,
  type ModelHistory,
  type ModelRegistry,
  type Moment,
  type NewModel,
  type Parameters,
  type RegisteredModel,
  type Run,
  type ServingModel,
} from './model-registry';
export { ModelClaimedError, RegistryDelivery } from './registry-delivery';
