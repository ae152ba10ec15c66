export { inSpan } from './in-span';
