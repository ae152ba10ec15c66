import { type Subscription } from '@closing-bell/contracts';
import { Duration, type Message, type PubSub, type Subscription as PubSubSubscription } from '@google-cloud/pubsub';
import { type Logger } from 'pino';
import { type Handler } from './handler';
import { KeyedExecutor } from './keyed-executor';
import { type ReceivedMessage } from './received-message';
import { StreamLoss } from './stream-loss';

export interface ConsumerOptions {
  readonly pubsub: PubSub;
  readonly subscription: Subscription;
  readonly handle: Handler;
  readonly logger: Logger;
  /** How long running handlers are waited for when draining. */
  readonly drainTimeoutMilliseconds: number;
  /** Called before a lost stream is opened again; where servers forget their topology it is made anew here. */
  readonly beforeReopen: () => Promise<void>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

// The stream's own reconnection starts at 0.1 s; without a limit it grows to a minute, long after the server is back.
const RECONNECT_AT_MOST = Duration.from({ seconds: 2 });
const REOPEN_AFTER_MILLISECONDS = 500;
// An acknowledgement frees its slot only after its batch was sent.
const ACK_BATCH = { maxMilliseconds: 10, maxMessages: 1000 };

// Later messages of a key may already be on their way when an earlier one is given back.
const IN_FLIGHT_MILLISECONDS = 2000;

/**
 * One subscription's stream: takes messages, runs the handler with the subscription's concurrency and order, and acknowledges.
 * This is the only place where anything is acknowledged: the handler resolved, ack; it threw, nack.
 */
export class SubscriptionConsumer {
  private readonly executor: KeyedExecutor;
  private readonly draining = new AbortController();
  private stream: PubSubSubscription | undefined;
  private reopening: NodeJS.Timeout | undefined;
  /** By ordering key, the message that failed and has not come again yet. */
  private readonly failed = new Map<string, string>();

  private readonly loss: StreamLoss;

  constructor(private readonly options: ConsumerOptions) {
    this.loss = new StreamLoss(options.now);
    this.executor = new KeyedExecutor(options.subscription.concurrency);
  }

  get subscription(): string {
    return this.options.subscription.name;
  }

  /** Milliseconds for which the stream has been lost; 0 where it is not. */
  get lostMilliseconds(): number {
    return this.loss.milliseconds;
  }

  open(): void {
    const { subscription, pubsub, logger, drainTimeoutMilliseconds } = this.options;
    const stream = pubsub.subscription(subscription.name, {
      // One stream: the server then holds back what exceeds the concurrency, for another instance to take.
      flowControl: { maxMessages: subscription.concurrency },
      streamingOptions: { maxStreams: 1, retryMaxBackoff: RECONNECT_AT_MOST },
      batching: ACK_BATCH,
      maxExtensionTime: Duration.from({ seconds: subscription.maxLeaseSeconds }),
      closeOptions: { behavior: 'WAIT', timeout: Duration.from({ millis: drainTimeoutMilliseconds }) },
    });
    this.stream = stream;
    this.loss.opened();
    stream.on('message', (message) => {
      this.loss.delivered();
      this.take(message);
    });
    // What the client tells of each time that it opens a broken stream again.
    stream.on('debug', () => this.loss.failed());
    stream.on('error', (error) => {
      logger.error(
        { err: error, subscription: subscription.name },
        `subscription ${subscription.name}: ${error.message}`,
      );
      this.reopen(stream);
    });
    stream.on('close', () => this.reopen(stream));
  }

  /** Takes no more, gives back what has not started, and resolves when what runs has ended or the time-out has passed. */
  async drain(): Promise<void> {
    clearTimeout(this.reopening);
    this.draining.abort(new Error('The service was told to stop before this was done. It is delivered again.'));
    await Promise.all([this.executor.drain(), this.stream?.close()]);
  }

  private take(message: Message): void {
    const received = receivedFrom(message);
    const { handle, subscription } = this.options;
    const key = subscription.ordered ? received.orderingKey : '';
    const giveBack = (): void => message.nack();
    const run = async (): Promise<void> => {
      try {
        await handle({ subscription, received, draining: this.draining.signal });
      } catch (error) {
        this.expectAgain(key, received.id);
        giveBack();
        throw error;
      }
      message.ack();
    };
    if (this.draining.signal.aborted || this.overtakes(key, received.id)) giveBack();
    else this.executor.submit(key, run, giveBack);
  }

  /**
   * Remembers a failed message for as long as later ones of its key may still be in flight. Pub/Sub sends them all again, in
   * order; those that left before it knew of the failure must not be handled first.
   */
  private expectAgain(key: string, id: string): void {
    if (key === '') return;
    this.failed.set(key, id);
    setTimeout(() => {
      if (this.failed.get(key) === id) this.failed.delete(key);
    }, IN_FLIGHT_MILLISECONDS).unref();
  }

  /** Whether a message of the key would be handled before one that failed and is still to come again. */
  private overtakes(key: string, id: string): boolean {
    const awaited = this.failed.get(key);
    if (awaited === id) this.failed.delete(key);
    return awaited !== undefined && awaited !== id;
  }

  /** The client gives a stream up for good on some errors, such as a subscription that a restarted emulator forgot. */
  private reopen(lost: PubSubSubscription): void {
    if (this.stream !== lost || this.draining.signal.aborted) return;
    this.stream = undefined;
    this.loss.gone();
    lost.removeAllListeners();
    // A late error of the lost stream must not end the process.
    lost.on('error', () => undefined);
    void lost.close().catch(() => undefined);
    this.scheduleReopen();
  }

  private scheduleReopen(): void {
    const { beforeReopen, logger, subscription } = this.options;
    this.reopening = setTimeout(() => {
      beforeReopen().then(
        () => {
          if (!this.draining.signal.aborted) this.open();
        },
        (error: unknown) => {
          logger.warn({ err: error, subscription: subscription.name }, 'Pub/Sub cannot be reached; trying again');
          if (!this.draining.signal.aborted) this.scheduleReopen();
        },
      );
    }, REOPEN_AFTER_MILLISECONDS);
  }
}

function receivedFrom(message: Message): ReceivedMessage {
  return {
    id: message.id,
    // The client's own kind of date would write nanoseconds where every other one writes milliseconds.
    publishTime: new Date(message.publishTime.getTime()),
    orderingKey: message.orderingKey ?? '',
    // The client gives 0 where the server counts no attempts.
    deliveryAttempt: message.deliveryAttempt || 1,
    attributes: message.attributes,
    data: message.data,
  };
}
