import { type protos, PubSub, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';

type Received = protos.google.pubsub.v1.IReceivedMessage;

// gRPC status code.
const DEADLINE_EXCEEDED = 4;

// Without it the generated clients ask a cloud's metadata address for credentials that no emulator wants.
process.env.METADATA_SERVER_DETECTION = 'none';

/** What a server may lack. A case names the feature it needs. */
export type Feature =
  | 'ordering redelivery'
  | 'retry back-off'
  | 'filters'
  | 'flow control'
  | 'exactly-once acknowledgement'
  | 'limits'
  | 'durability'
  | 'snapshots'
  | 'schemas';

/** A Pub/Sub server that the suite can start: which one, what it lacks and why. */
export interface ServerUnderTest {
  readonly name: string;
  readonly missing: Partial<Record<Feature, string>>;
  start(): Promise<RunningServer>;
}

export interface RunningServer {
  /** host:port. */
  readonly address: string;
  /** Ends the server without warning and starts it again on the same address with what it had on disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A project of its own for one case, and clients to it: cases cannot disturb one another. */
export class Project {
  readonly id = `case-${randomUUID().slice(0, 8)}`;
  readonly pubsub: PubSub;
  readonly publisher: InstanceType<typeof v1.PublisherClient>;
  readonly subscriber: InstanceType<typeof v1.SubscriberClient>;

  constructor(readonly server: RunningServer) {
    this.pubsub = new PubSub({ projectId: this.id, apiEndpoint: server.address, emulatorMode: true });
    const [servicePath, port] = server.address.split(':');
    const options = { servicePath: servicePath!, port: Number(port), sslCreds: credentials.createInsecure() };
    this.publisher = new v1.PublisherClient(options);
    this.subscriber = new v1.SubscriberClient(options);
  }

  topic(name: string): string {
    return `projects/${this.id}/topics/${name}`;
  }

  subscription(name: string): string {
    return `projects/${this.id}/subscriptions/${name}`;
  }

  /** Pulls until `count` messages came or the limit passed. Returns what came. */
  async pull(subscription: string, count: number, limitMilliseconds = 10_000): Promise<Received[]> {
    const deadline = Date.now() + limitMilliseconds;
    const received: Received[] = [];
    while (received.length < count && Date.now() < deadline) {
      received.push(...(await this.pullOnce(subscription, count - received.length, deadline - Date.now())));
    }
    return received;
  }

  private async pullOnce(subscription: string, maxMessages: number, limitMilliseconds: number): Promise<Received[]> {
    try {
      const [response] = await this.subscriber.pull(
        { subscription: this.subscription(subscription), maxMessages },
        { timeout: Math.max(100, limitMilliseconds) },
      );
      return response.receivedMessages ?? [];
    } catch (error) {
      // Nothing within the time: a server may hold an empty pull open.
      if ((error as { code?: number }).code === DEADLINE_EXCEEDED) return [];
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.pubsub.close(), this.publisher.close(), this.subscriber.close()]);
  }
}

/** Resolves when the condition holds; rejects with what was waited for after the limit. */
export async function until(what: string, condition: () => boolean, limitMilliseconds = 15_000): Promise<void> {
  const deadline = Date.now() + limitMilliseconds;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMilliseconds} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
