import { type google } from '@google-cloud/pubsub/build/protos/protos';
import { settingsOf, type SubscriptionSettings } from '../broker/subscription-settings';
import { type Topic } from '../broker/topic';
import { type Clock } from '../clock';
import { type Block } from '../message/block';
import { attributesOf } from '../message/publish-request';
import { Agenda } from './agenda';
import { BlockProgress } from './block-progress';
import { type Consumer } from './consumer';
import { type Delivery } from './delivery';
import { Fifo } from './fifo';
import { OrderedKey } from './ordered-key';

type ISubscription = google.pubsub.v1.ISubscription;

/** What a subscription needs of the server around it. */
export interface SubscriptionHost {
  readonly clock: Clock;
  /** A number that no lease had before. */
  nextLease(): number;
  /** Publishes a message to the dead-letter topic; resolves to false where it could not. */
  forward(delivery: Delivery, subscription: Subscription, deadLetterTopic: string): Promise<boolean>;
  progressChanged(progress: BlockProgress): void;
  progressDropped(progress: BlockProgress): void;
  /** No subscription has anything left to deliver of this block. */
  blockSettled(block: Block): void;
}

/** What distinguishes a subscription besides its configuration. */
export interface SubscriptionIdentity {
  /** Unique for ever, unlike the name. */
  readonly number: number;
  /** Messages up to this id were published before the subscription was made, and are not for it. */
  readonly createdAfter: number;
}

/** Delivers a topic's messages to the consumers of one subscription, and again until each is acked. */
export class Subscription {
  readonly #ready = new Fifo<Delivery>();
  readonly #readyKeys = new Fifo<OrderedKey>();
  readonly #keys = new Map<string, OrderedKey>();
  readonly #leases = new Map<number, Delivery>();
  readonly #streams: Consumer[] = [];
  /** Pull requests that wait for a message. */
  readonly #pulls: Consumer[] = [];
  readonly #leaseEnds: Agenda<number>;
  readonly #backoffs: Agenda<Delivery>;
  #turn = 0;
  #isDispatchScheduled = false;
  #settings: SubscriptionSettings;

  constructor(
    readonly identity: SubscriptionIdentity,
    public topic: Topic,
    private current: ISubscription,
    private readonly host: SubscriptionHost,
  ) {
    this.#settings = settingsOf(current);
    this.#leaseEnds = new Agenda(host.clock, (lease) => this.#leaseEnded(lease));
    this.#backoffs = new Agenda(host.clock, (delivery) => this.#backoffEnded(delivery));
  }

  get config(): ISubscription {
    return this.current;
  }

  set config(config: ISubscription) {
    this.#settings = settingsOf(config);
    this.current = config;
  }

  get name(): string {
    return this.current.name ?? '';
  }

  get settings(): SubscriptionSettings {
    return this.#settings;
  }

  get outstanding(): number {
    return this.#leases.size;
  }

  get streams(): number {
    return this.#streams.length;
  }

  /** Takes what it wants of a block. `states`: how far it had come with it before a restart. */
  offer(block: Block, states?: Uint8Array): void {
    if (block.id <= this.identity.createdAfter && !states) return;
    const progress = this.#progressOf(block);
    if (!progress) return;
    if (states) progress.restore(states);
    if (progress.unfinished > 0) block.unfinished++;
    this.#enqueueAll(progress);
  }

  addStream(stream: Consumer): void {
    this.#streams.push(stream);
    this.dispatchSoon();
  }

  /** Gives a pull request what is there; where nothing is, keeps it waiting unless it is to return at once. */
  addPull(pull: Consumer, wait: boolean): void {
    if (this.#serve(pull)) this.remove(pull);
    else if (wait) this.#pulls.push(pull);
    else pull.send([]);
  }

  /** The consumer is gone. What it holds stays leased until its deadline, as its acks may still come another way. */
  remove(consumer: Consumer): void {
    for (const list of [this.#streams, this.#pulls]) {
      const index = list.indexOf(consumer);
      if (index >= 0) list.splice(index, 1);
    }
    for (const key of this.#keys.values()) if (key.owner === consumer) key.owner = undefined;
    for (let key = consumer.readyKeys.shift(); key; key = consumer.readyKeys.shift()) {
      key.listed = false;
      this.#list(key);
    }
    this.dispatchSoon();
  }

  /** Whether the lease was given and did not end. */
  isLeased(lease: number): boolean {
    return this.#leases.has(lease);
  }

  /** Nothing happens for a lease that ended or never was. */
  acknowledge(lease: number): void {
    const delivery = this.#leases.get(lease);
    if (!delivery) return;
    this.#release(delivery);
    if (delivery.orderedKey) {
      delivery.state = 'ACKED';
      this.#settle(delivery.orderedKey);
    } else this.#finish(delivery);
    this.dispatchSoon();
  }

  /** `seconds` from now; 0 is a nack. Nothing happens for a lease that ended or never was. */
  modifyAckDeadline(lease: number, seconds: number): void {
    const delivery = this.#leases.get(lease);
    if (!delivery) return;
    if (seconds === 0) {
      this.#fail(delivery);
      return;
    }
    const deadline = this.host.clock.now() + seconds * 1000;
    // A later deadline is noticed when the earlier one comes.
    if (deadline < delivery.deadline) this.#leaseEnds.add(deadline, lease);
    delivery.deadline = deadline;
  }

  /** Messages published before `time` (milliseconds since 1970) become acked; those from then on that are kept, unacked. */
  seek(time: number): void {
    this.#forgetDeliveries();
    for (const block of this.topic.blocks) {
      const progress =
        block.progress.find(({ subscription }) => subscription === this) ?? this.#missedProgress(block, time);
      if (!progress) continue;
      const revive = block.publishTime >= time && this.#keepsAcked(block);
      for (const delivery of progress.deliveries) {
        // Its key's queue is gone, and with it its place there; it needs none on its way to the dead letters.
        delivery.orderedKey = undefined;
        if (delivery.state === 'FORWARDING') continue;
        if (block.publishTime < time) this.#finish(delivery);
        else if (delivery.state !== 'DONE') delivery.state = 'WAITING';
        else if (revive) this.#revive(delivery);
      }
      this.#enqueueAll(progress);
    }
  }

  /** Gives up what is older than the retention. */
  expire(progress: BlockProgress): void {
    for (const delivery of progress.deliveries) {
      if (delivery.state === 'DONE') continue;
      if (delivery.state === 'LEASED') this.#release(delivery);
      this.#finish(delivery);
      if (delivery.orderedKey) this.#settle(delivery.orderedKey);
    }
  }

  /** Ends the streams and pulls with this error, and gives up all messages. */
  close(error: Error): void {
    this.endConsumers(error);
    this.#forgetDeliveries();
    this.topic.subscriptions.delete(this);
    for (const block of this.topic.blocks) {
      const index = block.progress.findIndex(({ subscription }) => subscription === this);
      const [progress] = index < 0 ? [] : block.progress.splice(index, 1);
      if (!progress) continue;
      this.host.progressDropped(progress);
      if (progress.unfinished > 0) this.#blockFinished(block);
      else if (block.unfinished === 0) this.host.blockSettled(block);
    }
  }

  endConsumers(error: Error): void {
    for (const consumer of [...this.#streams, ...this.#pulls]) consumer.end(error);
    this.#streams.length = 0;
    this.#pulls.length = 0;
  }

  /** Stops all timers. */
  stop(): void {
    this.#leaseEnds.clear();
    this.#backoffs.clear();
  }

  /** Once the current turn of the event loop is over, so that what arrives together is sent together. */
  dispatchSoon(): void {
    if (this.#isDispatchScheduled) return;
    this.#isDispatchScheduled = true;
    setImmediate(() => {
      this.#isDispatchScheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#pulls[0] && this.#serve(this.#pulls[0])) this.remove(this.#pulls[0]);
    for (let unserved = 0; unserved < this.#streams.length;) {
      const stream = this.#streams[this.#turn++ % this.#streams.length];
      unserved = stream && this.#serve(stream) ? 0 : unserved + 1;
    }
  }

  #serve(consumer: Consumer): boolean {
    if (!consumer.isWritable()) return false;
    const deliveries = this.#take(consumer);
    if (deliveries.length > 0) consumer.send(deliveries);
    return deliveries.length > 0;
  }

  /** Leases messages to a consumer, as many as its flow control allows and one response carries. */
  #take(consumer: Consumer): Delivery[] {
    const taken: Delivery[] = [];
    const deadline = this.host.clock.now() + (consumer.ackDeadline ?? this.#settings.ackDeadline);
    const most = consumer.messageAllowance;
    let bytes = consumer.byteAllowance;
    const take = (delivery: Delivery): void => {
      this.#lease(delivery, consumer, deadline);
      bytes -= delivery.message.size;
      taken.push(delivery);
    };
    const isOpen = (): boolean => taken.length < most && bytes > 0;

    while (isOpen()) {
      const delivery = this.#ready.shift();
      if (!delivery) break;
      if (delivery.state === 'WAITING') take(delivery);
    }
    while (isOpen()) {
      const key = this.#readyKeys.shift() ?? consumer.readyKeys.shift();
      if (!key) break;
      key.listed = false;
      if (key.isOutstanding && key.owner !== consumer) {
        this.#list(key);
        continue;
      }
      for (let next = this.#deliverable(key); next && isOpen(); next = this.#deliverable(key)) {
        key.owner = consumer;
        key.advance();
        take(next);
      }
      this.#list(key);
    }
    return taken;
  }

  /** The key's next message, unless its back-off lasts. */
  #deliverable(key: OrderedKey): Delivery | undefined {
    const { next } = key;
    return next && next.notBefore <= this.host.clock.now() ? next : undefined;
  }

  #lease(delivery: Delivery, consumer: Consumer, deadline: number): void {
    const lease = this.host.nextLease();
    delivery.state = 'LEASED';
    delivery.lease = lease;
    delivery.deadline = deadline;
    consumer.take(delivery);
    this.#leases.set(lease, delivery);
    this.#leaseEnds.add(deadline, lease);
  }

  #release(delivery: Delivery): void {
    this.#leases.delete(delivery.lease);
    delivery.lease = 0;
    delivery.holder?.release(delivery);
  }

  #leaseEnded(lease: number): void {
    const delivery = this.#leases.get(lease);
    if (!delivery) return;
    if (delivery.deadline > this.host.clock.now()) this.#leaseEnds.add(delivery.deadline, lease);
    else this.#fail(delivery);
  }

  #backoffEnded(delivery: Delivery): void {
    // It may have been redelivered since: with an earlier message of its key, or by a seek.
    if (delivery.state !== 'WAITING' || delivery.notBefore === 0 || delivery.notBefore > this.host.clock.now()) return;
    delivery.notBefore = 0;
    this.#makeReady(delivery);
  }

  /** A nack or a missed deadline. */
  #fail(delivery: Delivery): void {
    this.#release(delivery);
    delivery.failures++;
    this.host.progressChanged(delivery.progress);
    const { deadLetter } = this.#settings;
    if (deadLetter && delivery.failures >= deadLetter.maxDeliveryAttempts) this.#forward(delivery, deadLetter.topic);
    else this.#redeliver(delivery);
    this.dispatchSoon();
  }

  #forward(delivery: Delivery, deadLetterTopic: string): void {
    delivery.state = 'FORWARDING';
    void this.host.forward(delivery, this, deadLetterTopic).then((isForwarded) => {
      if (delivery.state !== 'FORWARDING') return;
      if (!isForwarded) this.#redeliver(delivery);
      else {
        this.#finish(delivery);
        if (delivery.orderedKey) this.#settle(delivery.orderedKey);
      }
      this.dispatchSoon();
    });
  }

  #redeliver(delivery: Delivery): void {
    delivery.state = 'WAITING';
    const backoff = this.#backoffOf(delivery);
    delivery.notBefore = backoff > 0 ? this.host.clock.now() + backoff : 0;
    for (const later of delivery.orderedKey?.rewind(delivery) ?? []) {
      if (later.state === 'LEASED') this.#release(later);
      else if (later.state !== 'ACKED' || this.#settings.exactlyOnce) continue;
      later.state = 'WAITING';
    }
    if (delivery.notBefore > 0) this.#backoffs.add(delivery.notBefore, delivery);
    else this.#makeReady(delivery);
  }

  /** Milliseconds to wait after the last failure: doubled with each, between the retry policy's bounds. */
  #backoffOf(delivery: Delivery): number {
    const { backoff } = this.#settings;
    if (!backoff) return 0;
    return Math.min(backoff.maximum, backoff.minimum * 2 ** (delivery.failures - 1));
  }

  #enqueueAll(progress: BlockProgress): void {
    for (const delivery of progress.deliveries) {
      if (delivery.state !== 'WAITING') continue;
      delivery.notBefore = 0;
      const { orderingKey } = delivery.message.span;
      if (this.#settings.ordered && orderingKey) this.#keyOf(orderingKey).push(delivery);
      this.#makeReady(delivery);
    }
    this.dispatchSoon();
  }

  #keyOf(orderingKey: string): OrderedKey {
    let key = this.#keys.get(orderingKey);
    if (!key) {
      key = new OrderedKey(orderingKey);
      this.#keys.set(orderingKey, key);
    }
    return key;
  }

  #makeReady(delivery: Delivery): void {
    if (delivery.orderedKey) this.#list(delivery.orderedKey);
    else this.#ready.push(delivery);
    this.dispatchSoon();
  }

  /** Puts a key where the consumer that may have its next message finds it; nowhere while nobody may. */
  #list(key: OrderedKey): void {
    if (key.listed || !this.#deliverable(key)) return;
    if (key.isOutstanding) {
      if (!key.owner) return;
      key.owner.readyKeys.push(key);
    } else {
      key.owner = undefined;
      this.#readyKeys.push(key);
    }
    key.listed = true;
  }

  #settle(key: OrderedKey): void {
    for (const delivery of key.settle()) this.#finish(delivery);
    if (key.isEmpty) this.#keys.delete(key.key);
    else this.#list(key);
  }

  #finish(delivery: Delivery): void {
    if (delivery.state === 'DONE') return;
    delivery.state = 'DONE';
    const { progress } = delivery;
    this.host.progressChanged(progress);
    if (--progress.unfinished === 0) this.#blockFinished(progress.block);
  }

  #blockFinished(block: Block): void {
    if (--block.unfinished === 0) this.host.blockSettled(block);
  }

  #revive(delivery: Delivery): void {
    delivery.state = 'WAITING';
    delivery.failures = 0;
    const { progress } = delivery;
    if (progress.unfinished++ === 0) progress.block.unfinished++;
    this.host.progressChanged(progress);
  }

  #progressOf(block: Block): BlockProgress | undefined {
    const { filter } = this.#settings;
    const progress = new BlockProgress(this, block, (index) => {
      const span = block.messages[index]?.span;
      return !filter || (span !== undefined && filter(attributesOf(block.bytes, span)));
    });
    if (progress.deliveries.length === 0) return undefined;
    block.progress.push(progress);
    return progress;
  }

  /** A block from before the subscription was made, which a topic with retention gives to who seeks back that far. */
  #missedProgress(block: Block, time: number): BlockProgress | undefined {
    if (block.publishTime < time || block.id > this.identity.createdAfter || !this.#keepsAcked(block)) return undefined;
    const progress = this.#progressOf(block);
    if (!progress) return undefined;
    block.unfinished++;
    this.host.progressChanged(progress);
    return progress;
  }

  /** Whether an acked message of this block can come back. */
  #keepsAcked(block: Block): boolean {
    const { retainAcked, retention } = this.#settings;
    const window = Math.max(this.topic.ownRetention, retainAcked ? retention : 0);
    return window > 0 && this.host.clock.now() - block.publishTime <= window;
  }

  #forgetDeliveries(): void {
    for (const delivery of this.#leases.values()) this.#release(delivery);
    this.#ready.clear();
    this.#readyKeys.clear();
    this.#keys.clear();
    for (const consumer of [...this.#streams, ...this.#pulls]) consumer.readyKeys.clear();
    this.stop();
  }
}
