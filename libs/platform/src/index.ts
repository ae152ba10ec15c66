export { type Config, loadConfig, VARIABLES } from './config/config';
export { createLogger } from './logging';
export { runService } from './run-service';
export { type Platform, type RunningService, type ServiceDefinition, startService } from './service';
export { startTracing } from './tracing';
