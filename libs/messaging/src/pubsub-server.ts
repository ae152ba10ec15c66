import { type ServiceName, type Subscription } from '@closing-bell/contracts';
import { type PubSub } from '@google-cloud/pubsub';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { type Handler } from './handler';
import { type OutgoingMessage } from './message';
import { PUBSUB_TRANSPORT } from './on-message';
import { type PayloadHandler } from './middlewares/validation';
import { pipeline, type PipelineDependencies } from './pipeline';
import { SubscriptionConsumer } from './subscription-consumer';

export interface PubSubServerOptions extends PipelineDependencies {
  readonly pubsub: PubSub;
  readonly service: ServiceName;
  /** The subscriptions this process must handle, each exactly once. */
  readonly subscriptions: readonly Subscription[];
  readonly drainTimeoutMilliseconds: number;
  /** Called before a lost stream is opened again. */
  readonly beforeReopen: () => Promise<void>;
}

/**
 * NestJS transport over Google Pub/Sub. A handler that resolves acknowledges its message, one that throws does not; see
 * {@link SubscriptionConsumer} for how, and {@link pipeline} for what happens around a handler.
 *
 * Nest's own `handleEvent` does not await a handler's result, so handlers are called and awaited here.
 */
export class PubSubServer extends Server implements CustomTransportStrategy {
  override readonly transportId = PUBSUB_TRANSPORT;
  private consumers: SubscriptionConsumer[] = [];

  constructor(private readonly options: PubSubServerOptions) {
    super();
  }

  /** Checks that every subscription has its handler, then opens them all. */
  listen(callback: (error?: unknown) => void): void {
    try {
      const build = pipeline(this.options);
      const handlers = this.options.subscriptions.map((subscription) => ({
        subscription,
        handle: build(this.handlerOf(subscription)),
      }));
      this.refuseUnknownHandlers();
      this.consumers = handlers.map(({ subscription, handle }) => this.consumer(subscription, handle));
      for (const consumer of this.consumers) consumer.open();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Drains: takes no more messages, lets running handlers end, acknowledges them. */
  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.drain()));
    this.consumers = [];
  }

  /** Each subscription's stream, and for how long it has been lost: 0 where it is not. */
  losses(): { readonly subscription: string; readonly milliseconds: number }[] {
    return this.consumers.map(({ subscription, lostMilliseconds }) => ({
      subscription,
      milliseconds: lostMilliseconds,
    }));
  }

  on(event: string): never {
    throw new Error(`the Pub/Sub transport emits no "${event}"; watch the service's lifecycle instead`);
  }

  unwrap<T>(): T {
    return this.options.pubsub as T;
  }

  private consumer(subscription: Subscription, handle: Handler): SubscriptionConsumer {
    const { pubsub, logger, drainTimeoutMilliseconds, beforeReopen, now } = this.options;
    return new SubscriptionConsumer({
      pubsub,
      subscription,
      handle,
      logger,
      drainTimeoutMilliseconds,
      beforeReopen,
      now,
    });
  }

  /** @throws Error naming the method to add, or the one to remove, when the subscription has not exactly one handler. */
  private handlerOf(subscription: Subscription): PayloadHandler {
    const handler: MessageHandler | undefined = this.messageHandlers.get(subscription.name);
    const constant = `subscriptions.${camelCase(subscription.service)}.${camelCase(subscription.topic)}`;
    if (!handler) {
      throw new Error(
        `subscription ${subscription.name} has no handler: add a method with @OnMessage(${constant}) to a controller of apps/${subscription.service}`,
      );
    }
    if (handler.next) {
      throw new Error(
        `subscription ${subscription.name} has more than one handler: keep one method with @OnMessage(${constant})`,
      );
    }
    return async (payload, context) => {
      const result: unknown = await handler(payload, context);
      const value: unknown = isObservable(result) ? await lastValueFrom(result, { defaultValue: undefined }) : result;
      return (value as readonly OutgoingMessage[] | undefined) ?? [];
    };
  }

  private refuseUnknownHandlers(): void {
    const known = new Set(this.options.subscriptions.map((subscription) => subscription.name));
    for (const name of this.messageHandlers.keys()) {
      if (!known.has(name)) {
        throw new Error(
          `a handler of ${this.options.service} is for "${name}", which is no subscription of its: see libs/contracts/src/topology.ts`,
        );
      }
    }
  }
}

function camelCase(kebab: string): string {
  return kebab.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
