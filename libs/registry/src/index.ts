export { LocalModelRegistry } from './local-registry';
export {
  type ModelRegistry,
  type Moment,
  type NewModel,
  type Parameters,
  type RegisteredModel,
  type Run,
} from './model-registry';
