import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, type Message, PubSub, type Subscription, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { seededRandom } from './fixtures/seeded-random';
import { clientConfig, subscriptionName, topicName } from './fixtures/server';
import { ServerProcess } from './fixtures/server-process';
import { waitUntil } from './fixtures/wait-until';

const KILLS = Number(process.env['KILLS'] ?? 10);
const SEED = Number(process.env['KILL_SEED'] ?? 20_240_102);
const KEYS = ['A', 'B', 'C', 'D', 'E', 'F'];
/** Longest time under load before a kill, milliseconds. */
const LONGEST_LIFE = 400;
/** Pause after a publish that failed, milliseconds: every error costs the client ten of them. */
const PUBLISH_AGAIN = 100;
/** Ordered, plain and exactly-once deliveries differ in what a crash may cost. */
const SUBSCRIPTIONS = ['ordered', 'plain', 'exact'];
/**
 * gRPC would wait a second before it connects again. And now and then Node does not notice that a connection is gone with the
 * server; then the keep-alive does, after 60 s by default.
 */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 20,
  'grpc.max_reconnect_backoff_ms': 50,
  'grpc.keepalive_time_ms': 2000,
  'grpc.keepalive_timeout_ms': 2000,
};

/** `key` and a number that counts up within the key. */
const textOf = (key: string, number: number): string => `${key} ${number}`;

/** Publishes each key's numbers in order, each batch until it is acknowledged. */
class Load {
  readonly attempted = new Set<string>();
  readonly acknowledged = new Set<string>();
  #isStopping = false;
  readonly #running: Promise<void>[];

  constructor(
    private readonly publisher: v1.PublisherClient,
    private readonly random: () => number,
  ) {
    this.#running = KEYS.map((key) => this.#publishKey(key));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#running);
  }

  async #publishKey(key: string): Promise<void> {
    for (let next = 0; !this.#isStopping;) {
      const batch = Array.from({ length: 1 + Math.floor(this.random() * 20) }, (_, index) => textOf(key, next + index));
      await this.#publish(key, batch);
      next += batch.length;
    }
  }

  async #publish(orderingKey: string, batch: string[]): Promise<void> {
    const messages = batch.map((text) => ({ data: Buffer.from(text), orderingKey }));
    for (const text of batch) this.attempted.add(text);
    for (;;) {
      try {
        await this.publisher.publish({ topic: topicName('load'), messages }, { timeout: 1000, retry: null });
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, PUBLISH_AGAIN));
      }
    }
    for (const text of batch) this.acknowledged.add(text);
  }
}

/** Acks most of what it gets, nacks some, and notes what must not be. */
class Receiver {
  readonly received = new Set<string>();
  readonly faults: string[] = [];
  readonly #confirmed = new Set<string>();
  readonly #highest = new Map<string, number>();
  readonly #subscription: Subscription;

  constructor(
    pubsub: PubSub,
    readonly id: string,
    private readonly random: () => number,
  ) {
    this.#subscription = pubsub.subscription(id, {
      batching: { maxMilliseconds: 10 },
      // The client counts acks that it gave up as not sent yet, and would wait an hour for them.
      closeOptions: { timeout: Duration.from({ seconds: 1 }) },
      // With exactly-once delivery it is 60 s by default, for which a message is held that the client lost to a kill.
      minAckDeadline: Duration.from({ seconds: 10 }),
      maxAckDeadline: Duration.from({ seconds: 10 }),
      streamingOptions: {
        maxStreams: 2,
        retryMinBackoff: Duration.from({ millis: 20 }),
        retryMaxBackoff: Duration.from({ millis: 100 }),
      },
    });
    this.#subscription.on('message', (message: Message) => this.#receive(message));
    this.#subscription.on('error', (error: Error) => this.faults.push(`${id}: ${error.message}`));
    this.#subscription.on('close', () => this.faults.push(`${id}: the client gave the subscription up`));
  }

  async close(): Promise<void> {
    this.#subscription.removeAllListeners('close');
    await this.#subscription.close();
  }

  #receive(message: Message): void {
    const text = message.data.toString();
    this.received.add(text);
    if (this.id === 'ordered') this.#checkOrder(text);
    if (this.id !== 'exact') {
      if (this.random() < 0.05) message.nack();
      else message.ack();
      return;
    }
    // A publish that was tried again after a crash is another message with the same text.
    if (this.#confirmed.has(message.id)) this.faults.push(`exact: ${text} came again after its ack was confirmed`);
    message.ackWithResponse().then(
      () => this.#confirmed.add(message.id),
      () => undefined,
    );
  }

  /** A key's numbers go up by one; a redelivery steps back and goes on from there. */
  #checkOrder(text: string): void {
    const [key = '', digits] = text.split(' ');
    const number = Number(digits);
    const highest = this.#highest.get(key) ?? -1;
    if (number > highest + 1) this.faults.push(`ordered: ${text} came after ${highest}`);
    this.#highest.set(key, Math.max(highest, number));
  }
}

/** Publisher and receivers that live through all kills. */
class Clients {
  readonly receivers: readonly Receiver[];
  readonly load: Load;

  private constructor(
    private readonly pubsub: PubSub,
    private readonly publisher: v1.PublisherClient,
    random: () => number,
  ) {
    this.receivers = SUBSCRIPTIONS.map((id) => new Receiver(pubsub, id, random));
    this.load = new Load(publisher, random);
  }

  static async start(address: string): Promise<Clients> {
    const [servicePath = '', port = ''] = address.split(':');
    const options = { servicePath, port: Number(port), sslCreds: credentials.createInsecure(), ...RECONNECT };
    const publisher = new v1.PublisherClient(options);
    const subscriber = new v1.SubscriberClient(options);
    await publisher.createTopic({ name: topicName('load') });
    for (const id of SUBSCRIPTIONS) {
      await subscriber.createSubscription({
        name: subscriptionName(id),
        topic: topicName('load'),
        enableMessageOrdering: id === 'ordered',
        enableExactlyOnceDelivery: id === 'exact',
      });
    }
    await subscriber.close();
    return new Clients(new PubSub({ ...clientConfig(address), ...RECONNECT }), publisher, seededRandom(SEED));
  }

  /** Acknowledged by the server and not received, with their subscriptions. */
  missing(): string[] {
    return this.receivers.flatMap(({ received, id }) =>
      [...this.load.acknowledged].filter((text) => !received.has(text)).map((text) => `${id}: ${text}`),
    );
  }

  async close(): Promise<void> {
    await this.load.stop();
    for (const receiver of this.receivers) await receiver.close();
    await Promise.all([this.pubsub.close(), this.publisher.close()]);
  }
}

describe('a durable server', () => {
  let dataDirectory: string;
  let server: ServerProcess | undefined;
  let clients: Clients | undefined;
  beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'local-pubsub-kill-'));
  });
  afterEach(async () => {
    await clients?.close();
    await server?.end('SIGKILL');
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const start = async (port: string): Promise<string> => {
    server = new ServerProcess(['--port', port, '--data', dataDirectory]);
    return server.ready();
  };

  it(
    `that is killed ${KILLS} times under load delivers every acknowledged message, invents none and keeps the order of keys`,
    async () => {
      const address = await start('0');
      clients = await Clients.start(address);
      const { load, receivers } = clients;
      const killTimes = seededRandom(SEED + 1);
      for (let kill = 0; kill < KILLS; kill++) {
        const before = load.acknowledged.size;
        await waitUntil('an acknowledged publish', () => load.acknowledged.size > before);
        await new Promise((resolve) => setTimeout(resolve, killTimes() * LONGEST_LIFE));
        await server?.end('SIGKILL');
        await start(address.split(':')[1] ?? '');
      }
      await load.stop();
      await waitUntil(
        'every acknowledged message on every subscription',
        () => clients?.missing().length === 0,
        60_000,
      ).catch(() => undefined);
      expect(clients.missing()).toEqual([]);
      for (const { received, faults } of receivers) {
        expect([...received].filter((text) => !load.attempted.has(text))).toEqual([]);
        expect(faults).toEqual([]);
      }
      expect(load.acknowledged.size).toBeGreaterThan(KILLS);
      console.log(`${KILLS} kills, seed ${SEED}: ${load.acknowledged.size} acknowledged messages, none lost`);
    },
    90_000 + KILLS * 5_000,
  );
});
