export { codeOf } from './code';
export { type Config, loadConfig, VARIABLES } from './config/config';
export { runService } from './run-service';
export { type Platform } from './service';
export { startTracing } from './tracing';
export { type Variable } from './config/variable';
