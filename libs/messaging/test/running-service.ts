import { allSubscriptions, type Subscription, topics } from '@closing-bell/contracts';
import { type PubSub } from '@google-cloud/pubsub';
import { type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import { connectPubSub, createTopology, Publisher, PubSubServer } from '../src';

const PROJECT = 'closing-bell';

/** A service of one controller on a real server: what a test talks to. */
export interface RunningTestService {
  readonly pubsub: PubSub;
  readonly publisher: Publisher;
  readonly server: PubSubServer;
  stop(): Promise<void>;
}

/** Starts a controller as a service on a Pub/Sub server, with the whole topology. */
export async function startTestService(
  address: string,
  controller: Type,
  subscriptions: readonly Subscription[],
): Promise<RunningTestService> {
  const pubsub = connectPubSub({ projectId: PROJECT, emulatorHost: address });
  const publisher = new Publisher({ pubsub, source: 'test', clock: () => new Date() });
  const ensureTopology = () => createTopology(pubsub, PROJECT, { topics, subscriptions: allSubscriptions });
  await ensureTopology();
  const module = await Test.createTestingModule({ controllers: [controller] }).compile();
  const server = new PubSubServer({
    pubsub,
    service: 'ingestor',
    subscriptions,
    publisher,
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
    clock: () => new Date(),
    now: () => performance.now(),
    drainTimeoutMilliseconds: 10_000,
    beforeReopen: ensureTopology,
  });
  const app = module.createNestMicroservice({ logger: false, strategy: server });
  await app.listen();
  return {
    pubsub,
    publisher,
    server,
    stop: async () => {
      await app.close();
      await pubsub.close();
    },
  };
}
