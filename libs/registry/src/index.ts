export { LocalModelRegistry } from './local-registry';
export { type ModelRegistry, type Moment, type NewModel, type RegisteredModel } from './model-registry';
