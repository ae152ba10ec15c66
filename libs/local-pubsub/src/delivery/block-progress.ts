import { type Block } from '../message/block';
import { Delivery } from './delivery';
import { type Subscription } from './subscription';

const DONE = 255;
const MOST_FAILURES = 254;

/**
 * How far one subscription has come with one block. Stored as one byte a message: 255 for done, else its failures
 * (nacks and missed deadlines).
 */
export class BlockProgress {
  /** What the subscription's filter lets through, in publish order. */
  readonly deliveries: Delivery[] = [];
  unfinished = 0;
  /** Whether the store has a record of this progress, which must go when the block goes. */
  stored = false;

  constructor(
    readonly subscription: Subscription,
    readonly block: Block,
    wanted: (index: number) => boolean,
  ) {
    for (const [index, message] of block.messages.entries()) {
      if (wanted(index)) this.deliveries.push(new Delivery(message, this));
    }
    this.unfinished = this.deliveries.length;
  }

  encode(): Buffer {
    const states = Buffer.alloc(this.block.messages.length, DONE);
    for (const delivery of this.deliveries) {
      if (delivery.state !== 'DONE') states[this.#indexOf(delivery)] = Math.min(delivery.failures, MOST_FAILURES);
    }
    return states;
  }

  /** Takes over what {@link encode} wrote, before anything was delivered. */
  restore(states: Uint8Array): void {
    for (const delivery of this.deliveries) {
      const state = states[this.#indexOf(delivery)] ?? 0;
      if (state !== DONE) {
        delivery.failures = state;
        continue;
      }
      delivery.state = 'DONE';
      this.unfinished--;
    }
    this.stored = true;
  }

  #indexOf(delivery: Delivery): number {
    return delivery.message.id - this.block.id;
  }
}
