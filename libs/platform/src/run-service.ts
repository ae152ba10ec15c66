import { Registry } from 'prom-client';
import { loadConfig } from './config/config';
import { createLogger } from './logging';
import { Readiness } from './readiness';
import { type ServiceDefinition, startService } from './service';
import { startTracing } from './tracing';

// After the grace limit the client still sends its last negative acknowledgements; past this the process ends regardless.
const FORCE_AFTER_GRACE_MILLISECONDS = 5000;
const FLUSH_MILLISECONDS = 2000;

/**
 * A service's `main`: reads the configuration from the environment, runs the service until SIGTERM or SIGINT, drains it and
 * exits 0. A second signal, or a drain that exceeds its limit, exits 1 at once: what was unfinished is delivered again.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(definition.name, config);
  const tracing = startTracing(definition.name, config, (trouble) => logger.warn(trouble));
  const platform = {
    config,
    logger,
    registry: new Registry(),
    clock: () => new Date(),
    readiness: new Readiness(),
  };
  try {
    const service = await startService(definition, platform);
    const stop = (signal: NodeJS.Signals): void => {
      if (service.lifecycle.state !== 'RUNNING') process.exit(1);
      logger.info({ signal }, `${signal} received`);
      setTimeout(
        () => {
          logger.error('the drain exceeded its limit; what is unfinished will be delivered again');
          process.exit(1);
        },
        config.drainSeconds * 1000 + FORCE_AFTER_GRACE_MILLISECONDS,
      ).unref();
      const stopped = service.stop().then(() => tracing.stop(FLUSH_MILLISECONDS));
      stopped.then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ err: error }, 'the drain failed');
          process.exit(1);
        },
      );
    };
    // A supervisor holds the other end of this channel: should it be killed, nobody else would end the service. Nobody reads its lines
    // either, and pino tries for ever to write on exit what is left of them.
    process.once('disconnect', () => {
      logger.level = 'silent';
      stop('SIGTERM');
    });
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (error) {
    logger.fatal({ err: error }, `${definition.name} could not start: ${(error as Error).message}`);
    process.exit(1);
  }
}
