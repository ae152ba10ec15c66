import { type Message } from '../message/block';
import { type BlockProgress } from './block-progress';
import { type Consumer } from './consumer';
import { type OrderedKey } from './ordered-key';

/**
 * - WAITING: to be delivered, at once or after its back-off.
 * - LEASED: with a consumer until it acks, nacks or lets the deadline pass.
 * - ACKED: acked, but an earlier message of its ordering key is not; it is sent again if that one is.
 * - FORWARDING: on its way to the dead-letter topic.
 * - DONE: needs nothing any more.
 */
type DeliveryState = 'WAITING' | 'LEASED' | 'ACKED' | 'FORWARDING' | 'DONE';

/** One message on its way through one subscription. */
export class Delivery {
  state: DeliveryState = 'WAITING';
  /** Nacks and missed ack deadlines so far. */
  failures = 0;
  /** Number of the current lease, 0 for none: an ack id names the lease that it acks. */
  lease = 0;
  /** When the current lease ends, milliseconds since 1970. */
  deadline = 0;
  holder: Consumer | undefined;
  /** Not to be delivered before, milliseconds since 1970. */
  notBefore = 0;
  orderedKey: OrderedKey | undefined;
  /** Place among the messages of its ordering key. */
  position = 0;

  constructor(
    readonly message: Message,
    readonly progress: BlockProgress,
  ) {}

  /** What Google calls delivery_attempt: one more than the nacks and missed deadlines so far. */
  get attempt(): number {
    return this.failures + 1;
  }
}
