import { type google } from '@google-cloud/pubsub/build/protos/protos';
import { type Clock } from '../clock';
import { type BlockProgress } from '../delivery/block-progress';
import { type Delivery } from '../delivery/delivery';
import { Subscription, type SubscriptionHost } from '../delivery/subscription';
import { type Journal } from '../journal/journal';
import { type BlockRecord } from '../journal/records';
import { Block } from '../message/block';
import { type MessageSpan, parsePublishRequest, republishRequest } from '../message/publish-request';
import { alreadyExists, failedPrecondition, notFound, type StatusError, unavailable } from '../status-error';
import { DELETED_TOPIC, splitName } from './names';
import { completeSubscription } from './subscription-settings';
import { completeTopic, Topic } from './topic';
import { applyUpdate } from './update-mask';

type ITopic = google.pubsub.v1.ITopic;
type ISubscription = google.pubsub.v1.ISubscription;
type IFieldMask = google.protobuf.IFieldMask;

/** How often what is older than its retention is dropped, milliseconds. */
const SWEEP_INTERVAL = 30_000;

/** Ids have sixteen digits from here on; see Block. */
const LEAST_MESSAGE_ID = 1e15;

const UPDATABLE_TOPIC_FIELDS = ['labels', 'message_retention_duration', 'message_storage_policy', 'kms_key_name'];
const UPDATABLE_SUBSCRIPTION_FIELDS = [
  'ack_deadline_seconds',
  'dead_letter_policy',
  'enable_exactly_once_delivery',
  'expiration_policy',
  'labels',
  'message_retention_duration',
  'push_config',
  'retain_acked_messages',
  'retry_policy',
];

/** What the server holds at a moment. */
export interface BrokerStats {
  readonly topics: number;
  readonly subscriptions: number;
  /** Messages not yet acked, counted once for each subscription. */
  readonly unacked: number;
  /** Of those, messages that a subscriber has. */
  readonly outstanding: number;
  readonly streams: number;
  /** Bytes of the publish requests that are kept for subscriptions or for a seek. */
  readonly storedBytes: number;
}

/** All topics and subscriptions of a server, and what is published to them. */
export class Broker implements SubscriptionHost {
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  /** Also deleted topics of which a subscription is left. */
  readonly #topicsByNumber = new Map<number, Topic>();
  #nextNumber = 1;
  #nextMessageId: number;
  #nextLease: number;
  #cancelSweep: (() => void) | undefined;

  constructor(
    readonly clock: Clock,
    /** Undefined: everything is in memory only. */
    private readonly journal: Journal | undefined,
  ) {
    const lastMessageId = journal ? this.#restore(journal) : 0;
    // Microseconds since 1970 keep ids increasing over restarts in memory, too; on disk they do so by the stored last id.
    this.#nextMessageId = Math.max(clock.now() * 1000, LEAST_MESSAGE_ID, lastMessageId + 1);
    this.#nextLease = 1;
    this.leaseEra = this.#nextMessageId;
    this.#scheduleSweep();
  }

  /** Tells the leases of this start from those of an earlier one, whose numbers they share. */
  readonly leaseEra: number;

  topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (!topic) throw notFound(`Topic ${name} does not exist: create it first.`);
    return topic;
  }

  subscription(name: string): Subscription {
    const subscription = this.#subscriptions.get(name);
    if (!subscription) throw notFound(`Subscription ${name} does not exist: create it first.`);
    return subscription;
  }

  /** A subscription from which messages can be taken. */
  attachedSubscription(name: string): Subscription {
    const subscription = this.subscription(name);
    if (subscription.config.detached) throw detachedError(name);
    return subscription;
  }

  topicsOf(project: string): Topic[] {
    return [...this.#topics.values()].filter(({ name }) => name.startsWith(`${project}/`));
  }

  subscriptionsOf(project: string): Subscription[] {
    return [...this.#subscriptions.values()].filter(({ name }) => name.startsWith(`${project}/`));
  }

  async createTopic(requested: ITopic): Promise<ITopic> {
    const config = completeTopic(requested);
    const name = config.name ?? '';
    if (this.#topics.has(name)) throw alreadyExists(`Topic ${name} already exists.`);
    const topic = new Topic(this.#nextNumber++, config);
    this.#topics.set(name, topic);
    this.#topicsByNumber.set(topic.number, topic);
    this.journal?.saveTopic(topic);
    await this.flush();
    return config;
  }

  async updateTopic(update: ITopic, mask: IFieldMask | null | undefined): Promise<ITopic> {
    const topic = this.topic(update.name ?? '');
    topic.config = completeTopic(applyUpdate(topic.config, update, mask, UPDATABLE_TOPIC_FIELDS));
    this.journal?.saveTopic(topic);
    await this.flush();
    return topic.config;
  }

  /** Its subscriptions stay, with what they have not delivered. */
  async deleteTopic(name: string): Promise<void> {
    const topic = this.topic(name);
    this.#topics.delete(name);
    this.journal?.deleteTopic(topic.number);
    for (const subscription of topic.subscriptions) {
      subscription.config = { ...subscription.config, topic: DELETED_TOPIC };
      this.#save(subscription);
    }
    this.#forgetUnused(topic);
    await this.flush();
  }

  async createSubscription(requested: ISubscription): Promise<ISubscription> {
    const config = completeSubscription(requested);
    const name = config.name ?? '';
    if (this.#subscriptions.has(name)) throw alreadyExists(`Subscription ${name} already exists.`);
    const topic = this.topic(config.topic ?? '');
    if (config.deadLetterPolicy) this.topic(config.deadLetterPolicy.deadLetterTopic ?? '');
    const identity = { number: this.#nextNumber++, createdAfter: this.#nextMessageId - 1 };
    const subscription = new Subscription(identity, topic, config, this);
    this.#subscriptions.set(name, subscription);
    topic.subscriptions.add(subscription);
    this.#save(subscription);
    await this.flush();
    return config;
  }

  async updateSubscription(update: ISubscription, mask: IFieldMask | null | undefined): Promise<ISubscription> {
    const subscription = this.subscription(update.name ?? '');
    const config = completeSubscription(applyUpdate(subscription.config, update, mask, UPDATABLE_SUBSCRIPTION_FIELDS));
    if (mask?.paths?.includes('dead_letter_policy') && config.deadLetterPolicy) {
      this.topic(config.deadLetterPolicy.deadLetterTopic ?? '');
    }
    subscription.config = config;
    this.#save(subscription);
    await this.flush();
    return config;
  }

  async deleteSubscription(name: string): Promise<void> {
    const subscription = this.subscription(name);
    this.#subscriptions.delete(name);
    subscription.close(notFound(`Subscription ${name} was deleted.`));
    this.#forgetUnused(subscription.topic);
    this.journal?.deleteSubscription(subscription.identity.number);
    await this.flush();
  }

  /** The subscription stays, without its messages and without a topic to get more from. */
  async detachSubscription(name: string): Promise<void> {
    const subscription = this.subscription(name);
    subscription.close(detachedError(name));
    subscription.config = { ...subscription.config, detached: true };
    this.#forgetUnused(subscription.topic);
    this.#save(subscription);
    await this.flush();
  }

  async seek(name: string, time: number): Promise<void> {
    this.attachedSubscription(name).seek(time);
    await this.flush();
  }

  /**
   * Takes an encoded PublishRequest and returns the messages' ids once they are on disk.
   *
   * @throws StatusError INVALID_ARGUMENT for what is above a limit, NOT_FOUND without the topic, UNAVAILABLE where the disk
   *   does not take it.
   */
  async publish(bytes: Buffer): Promise<string[]> {
    const request = parsePublishRequest(bytes, 'enforced');
    const block = await this.#append(this.topic(request.topic), bytes, request.spans);
    return block.messages.map(({ id }) => String(id));
  }

  /** Resolves when all changes up to now, acks among them, are on disk. */
  async flush(): Promise<void> {
    await this.#durably(this.journal?.flush());
  }

  stats(): BrokerStats {
    const subscriptions = [...this.#subscriptions.values()];
    let unacked = 0;
    let storedBytes = 0;
    for (const topic of this.#topicsByNumber.values()) {
      for (const block of topic.blocks) {
        storedBytes += block.bytes.length;
        for (const progress of block.progress) unacked += progress.unfinished;
      }
    }
    return {
      topics: this.#topics.size,
      subscriptions: subscriptions.length,
      unacked,
      outstanding: subscriptions.reduce((sum, { outstanding }) => sum + outstanding, 0),
      streams: subscriptions.reduce((sum, { streams }) => sum + streams, 0),
      storedBytes,
    };
  }

  /** Ends all streams and pulls with this error, and all timers. */
  stop(error: Error): void {
    this.#cancelSweep?.();
    for (const subscription of this.#subscriptions.values()) {
      subscription.endConsumers(error);
      subscription.stop();
    }
  }

  nextLease(): number {
    return this.#nextLease++;
  }

  async forward(delivery: Delivery, subscription: Subscription, deadLetterTopic: string): Promise<boolean> {
    const topic = this.#topics.get(deadLetterTopic);
    if (!topic) return false;
    const { message } = delivery;
    const { block, span } = message;
    const { project, id } = splitName(subscription.name);
    const bytes = republishRequest(deadLetterTopic, block.bytes.subarray(span.start, span.end), {
      CloudPubSubDeadLetterSourceDeliveryCount: String(delivery.failures),
      CloudPubSubDeadLetterSourceSubscription: id,
      CloudPubSubDeadLetterSourceSubscriptionProject: project,
      CloudPubSubDeadLetterSourceTopicPublishTime: new Date(block.publishTime).toISOString(),
    });
    try {
      await this.#append(topic, bytes, parsePublishRequest(bytes, 'ignored').spans);
      return true;
    } catch {
      // The disk refused it: the message stays with its subscription and fails again later.
      return false;
    }
  }

  progressChanged(progress: BlockProgress): void {
    this.journal?.progressChanged(progress);
  }

  progressDropped(progress: BlockProgress): void {
    this.journal?.progressDropped(progress);
  }

  blockSettled(block: Block): void {
    if (block.topic.settledRetention === 0) this.#drop(block);
  }

  async #append(topic: Topic, bytes: Buffer, spans: readonly MessageSpan[]): Promise<Block> {
    const block = new Block(topic, this.#nextMessageId, this.clock.now(), bytes, spans);
    this.#nextMessageId += spans.length;
    // Delivered only when on disk: what a subscriber has seen must not be gone after a crash.
    if (this.journal) await this.#durably(this.journal.appendBlock(block));
    topic.blocks.add(block);
    for (const subscription of topic.subscriptions) subscription.offer(block);
    if (block.unfinished === 0) this.blockSettled(block);
    return block;
  }

  #drop(block: Block): void {
    block.topic.blocks.delete(block);
    this.journal?.blockDropped(block);
  }

  #save(subscription: Subscription): void {
    const { identity, topic, config } = subscription;
    this.journal?.saveSubscription({ ...identity, topicNumber: topic.number, config });
  }

  async #durably(written: Promise<unknown> | undefined): Promise<void> {
    try {
      await written;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw unavailable(
        `The data directory does not take more (${reason}): free some space; what was acknowledged is safe.`,
      );
    }
  }

  /** Drops a deleted topic that no subscription needs any more, and what of a topic nobody can come back to. */
  #forgetUnused(topic: Topic): void {
    if (this.#topics.get(topic.name) === topic || topic.subscriptions.size > 0) return;
    for (const block of topic.blocks) this.#drop(block);
    this.#topicsByNumber.delete(topic.number);
  }

  #scheduleSweep(): void {
    this.#cancelSweep = this.clock.schedule(SWEEP_INTERVAL, () => {
      this.#sweep();
      this.#scheduleSweep();
    });
  }

  #sweep(): void {
    const now = this.clock.now();
    for (const topic of this.#topicsByNumber.values()) {
      const settledRetention = topic.settledRetention;
      const retentions = [...topic.subscriptions].map(({ settings }) => settings.retention);
      const shortest = Math.min(settledRetention, ...retentions);
      for (const block of topic.blocks) {
        const age = now - block.publishTime;
        if (age <= shortest) break;
        for (const progress of block.progress) {
          if (progress.unfinished > 0 && age > progress.subscription.settings.retention) {
            progress.subscription.expire(progress);
          }
        }
        if (block.unfinished === 0 && age > settledRetention && topic.blocks.has(block)) this.#drop(block);
      }
    }
  }

  #restore(journal: Journal): number {
    const stored = journal.load();
    for (const { number, config } of stored.topics) {
      const topic = new Topic(number, config);
      this.#topics.set(topic.name, topic);
      this.#topicsByNumber.set(number, topic);
    }
    for (const { topicNumber, config, number, createdAfter } of stored.subscriptions) {
      const topic = this.#topicsByNumber.get(topicNumber) ?? new Topic(topicNumber, { name: DELETED_TOPIC });
      this.#topicsByNumber.set(topicNumber, topic);
      const subscription = new Subscription({ number, createdAfter }, topic, config, this);
      this.#subscriptions.set(subscription.name, subscription);
      if (!config.detached) topic.subscriptions.add(subscription);
      this.#nextNumber = Math.max(this.#nextNumber, number + 1, topicNumber + 1);
    }
    for (const number of this.#topicsByNumber.keys()) this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    for (const record of stored.blocks) this.#restoreBlock(record);
    return stored.lastMessageId;
  }

  #restoreBlock({ id, publishTime, topicNumber, bytes, progress }: BlockRecord): void {
    const topic = this.#topicsByNumber.get(topicNumber) ?? new Topic(topicNumber, { name: DELETED_TOPIC });
    const { spans } = parsePublishRequest(bytes, 'ignored');
    const block = new Block(topic, id, publishTime, bytes, spans);
    topic.blocks.add(block);
    for (const subscription of topic.subscriptions) {
      subscription.offer(block, progress.get(subscription.identity.number));
    }
    if (block.unfinished === 0) this.blockSettled(block);
  }
}

const detachedError = (name: string): StatusError =>
  failedPrecondition(`Subscription ${name} was detached from its topic: create another.`);
