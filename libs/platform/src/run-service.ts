import { type StopRequests } from '@closing-bell/stop-request';
import { once } from 'node:events';
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
 * A service's `main`: reads the configuration from the environment, runs the service until it is told to stop, drains it and
 * exits 0; one that is told so while it starts has taken no message yet and exits 0 at once. A second request, or a drain that exceeds its
 * limit, exits 1 at once: what was unfinished is delivered again.
 */
export async function runService(definition: ServiceDefinition, requests: StopRequests): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(definition.name, config);
  const stopping = new AbortController();
  requests.onRequest((reason) => {
    // A supervisor held the other end of a channel that is lost: should it be killed, nobody else would end the service. Nobody reads its
    // lines either, and pino tries for ever to write on exit what is left of them.
    if (reason === 'disconnect') logger.level = 'silent';
    if (stopping.signal.aborted) process.exit(1);
    logger.info({ reason }, `told to stop: ${reason}`);
    stopping.abort(new Error(`${definition.name} was told to stop while it started: ${reason}`));
  });
  const tracing = startTracing(definition.name, config, (trouble) => logger.warn(trouble));
  const platform = {
    config,
    logger,
    registry: new Registry(),
    clock: () => new Date(),
    readiness: new Readiness(),
  };
  try {
    const service = await startService(definition, platform, stopping.signal);
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
    setTimeout(
      () => {
        logger.error('the drain exceeded its limit; what is unfinished will be delivered again');
        process.exit(1);
      },
      config.drainSeconds * 1000 + FORCE_AFTER_GRACE_MILLISECONDS,
    ).unref();
    await service.stop();
    await tracing.stop(FLUSH_MILLISECONDS);
    process.exit(0);
  } catch (error) {
    if (error === stopping.signal.reason) {
      logger.info('stopped before it took a message');
      process.exit(0);
    }
    logger.fatal({ err: error }, failureOf(definition.name, stopping.signal, error as Error));
    process.exit(1);
  }
}

function failureOf(service: string, stopping: AbortSignal, error: Error): string {
  return stopping.aborted ? `the drain failed: ${error.message}` : `${service} could not start: ${error.message}`;
}
