export { type Difference, type Resource } from './resource';
