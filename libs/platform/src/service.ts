import { allSubscriptions, type ServiceName, topics } from '@closing-bell/contracts';
import { connectPubSub, createTopology, Publisher, PubSubServer } from '@closing-bell/messaging';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions } from '@nestjs/microservices';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { version } from './code';
import { type Config } from './config/config';
import { HealthController } from './health.controller';
import { Lifecycle } from './lifecycle';
import { nestLogger } from './logging';
import { publicationCounter, registerProcessMetrics } from './process-metrics';
import { Readiness } from './readiness';

/** What a service is made of: its name, and the module that holds its controllers, built from the platform's parts. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  readonly module: (platform: Platform & Speaking) => DynamicModule | Promise<DynamicModule>;
  /** What else the service serves over HTTP, beside health and metrics, such as pages; called before it listens. */
  readonly http?: (app: NestExpressApplication, platform: Platform) => void;
}

/** What a service may say that no message made it say. */
interface Speaking {
  readonly publisher: Publisher;
}

/** What the platform gives every service. */
export interface Platform {
  readonly config: Config;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: () => Date;
  /** Where a service says what it cannot do without. */
  readonly readiness: Readiness;
}

/** Brief losses are made up for by what the client does by itself. */
const LOSS_LIMIT_MILLISECONDS = 30_000;

@Module({})
class ServiceModule {}

/** A service that is up: where it answers HTTP, and how to stop it. */
export interface RunningService {
  readonly url: string;
  readonly lifecycle: Lifecycle;
  /** Drains and closes. Resolves when nothing is open any more. */
  stop(): Promise<void>;
}

/**
 * Starts a service: connects to Pub/Sub, opens its subscriptions, serves health and metrics. On an emulator or the embedded
 * server the topology is created where it is missing; on Google it is expected to be there.
 *
 * @param stopping ends the start as long as no subscription is open; it then rejects at once with the signal's reason, and what was
 * being opened is left to the end of the process. Later the service is up within moments, and is stopped as any that runs.
 */
export async function startService(
  definition: ServiceDefinition,
  platform: Platform,
  stopping: AbortSignal,
): Promise<RunningService> {
  const { config, logger, registry, clock, readiness } = platform;
  const lifecycle = new Lifecycle();
  registry.setDefaultLabels({ service: definition.name });
  registerProcessMetrics(registry, { version, commit: config.commit, lifecycle });
  const drainTimeoutMilliseconds = config.drainSeconds * 1000;
  const { projectId, emulatorHost } = config;
  const pubsub = connectPubSub({ projectId, ...(emulatorHost === undefined ? {} : { emulatorHost }) });
  const publisher = new Publisher({
    pubsub,
    source: definition.name,
    clock,
    onPublished: publicationCounter(registry),
  });
  const ensureTopology = async (): Promise<void> => {
    if (emulatorHost !== undefined)
      await createTopology(pubsub, projectId, { topics, subscriptions: allSubscriptions });
  };
  await unlessAborted(stopping, ensureTopology());

  const app = await unlessAborted(stopping, createApplication(definition, { ...platform, publisher }, lifecycle));
  definition.http?.(app, platform);
  const server = new PubSubServer({
    pubsub,
    service: definition.name,
    subscriptions: allSubscriptions.filter(({ service }) => service === definition.name),
    publisher,
    logger,
    registry,
    clock,
    now: () => performance.now(),
    drainTimeoutMilliseconds,
    beforeReopen: ensureTopology,
  });
  readiness.add(() => lossOf(server));
  const microservice = app.connectMicroservice<MicroserviceOptions>({ strategy: server });
  await app.startAllMicroservices();
  await app.listen(config.httpPort, config.httpHost);
  lifecycle.advance('RUNNING');
  const url = await app.getUrl();
  logger.info({ url }, `${definition.name} is running; health and metrics on ${url}`);

  return {
    url,
    lifecycle,
    stop: async () => {
      lifecycle.advance('DRAINING');
      logger.info('draining: no more messages are taken');
      await microservice.close();
      await app.close();
      await pubsub.close();
      lifecycle.advance('STOPPED');
      logger.info('stopped');
    },
  };
}

/** What a promise resolves with; rejects with the signal's reason as soon as it aborts, whatever becomes of the promise. */
async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(() => {
    throw signal.reason;
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    aborted.catch(() => undefined);
    settled.abort();
  }
}

function lossOf(server: PubSubServer): string | undefined {
  const lost = server.losses().filter(({ milliseconds }) => milliseconds > LOSS_LIMIT_MILLISECONDS);
  if (lost.length === 0) return undefined;
  const seconds = Math.round(Math.max(...lost.map(({ milliseconds }) => milliseconds)) / 1000);
  return `Pub/Sub has been lost for ${seconds} s: ${lost.map(({ subscription }) => subscription).join(', ')}`;
}

async function createApplication(
  definition: ServiceDefinition,
  platform: Platform & Speaking,
  lifecycle: Lifecycle,
): Promise<NestExpressApplication> {
  const root: DynamicModule = {
    module: ServiceModule as Type,
    imports: [await definition.module(platform)],
    controllers: [HealthController],
    providers: [
      { provide: Lifecycle, useValue: lifecycle },
      { provide: Readiness, useValue: platform.readiness },
      { provide: Registry, useValue: platform.registry },
    ],
  };
  // Health and metrics take no bodies; a service that does says of which kind and how large.
  return NestFactory.create<NestExpressApplication>(root, {
    logger: nestLogger(platform.logger),
    abortOnError: false,
    bodyParser: false,
  });
}
