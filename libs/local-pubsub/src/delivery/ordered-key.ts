import { type Consumer } from './consumer';
import { type Delivery } from './delivery';

const isSettled = (delivery: Delivery | undefined): boolean =>
  delivery !== undefined && (delivery.state === 'ACKED' || delivery.state === 'DONE');

/**
 * The messages of one ordering key in one subscription, in publish order. Those before `next` were delivered and are kept
 * until all before them are settled, because production sends them again when an earlier one is redelivered.
 */
export class OrderedKey {
  /** Holds the key's delivered messages; no other consumer gets any until they are settled. */
  owner: Consumer | undefined;
  /** Whether the key is in a list of keys that are ready to deliver. */
  listed = false;
  #deliveries: Delivery[] = [];
  /** Position of the first element of `#deliveries`. */
  #base = 0;
  /** Position of the oldest message that is not settled. */
  #first = 0;
  /** Position of the next message to deliver. */
  #next = 0;

  constructor(readonly key: string) {}

  get isEmpty(): boolean {
    return this.#first === this.#end;
  }

  /** Whether a delivered message is not settled. */
  get isOutstanding(): boolean {
    return this.#first < this.#next;
  }

  /** The next message to deliver, or undefined when all were. */
  get next(): Delivery | undefined {
    while (this.#next < this.#end && isSettled(this.#at(this.#next))) this.#next++;
    return this.#at(this.#next);
  }

  push(delivery: Delivery): void {
    delivery.orderedKey = this;
    delivery.position = this.#end;
    this.#deliveries.push(delivery);
  }

  /** Marks {@link next} as delivered. */
  advance(): void {
    this.#next++;
  }

  /** Drops the settled messages at the front and returns them. Call after a message was acked or done. */
  settle(): Delivery[] {
    const settled: Delivery[] = [];
    for (let delivery = this.#at(this.#first); delivery && isSettled(delivery); delivery = this.#at(this.#first)) {
      settled.push(delivery);
      this.#first++;
    }
    this.#next = Math.max(this.#next, this.#first);
    const dropped = this.#first - this.#base;
    if (dropped > 0 && (dropped * 2 >= this.#deliveries.length || dropped > 1024)) {
      this.#deliveries = this.#deliveries.slice(dropped);
      this.#base = this.#first;
    }
    return settled;
  }

  /** Goes back to a message that is to be redelivered. Returns the messages after it that had been delivered. */
  rewind(to: Delivery): Delivery[] {
    const later = this.#deliveries.slice(to.position + 1 - this.#base, Math.max(this.#next - this.#base, 0));
    this.#next = Math.min(this.#next, to.position);
    return later;
  }

  get #end(): number {
    return this.#base + this.#deliveries.length;
  }

  #at(position: number): Delivery | undefined {
    return this.#deliveries[position - this.#base];
  }
}
