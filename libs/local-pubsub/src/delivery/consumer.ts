import { type Delivery } from './delivery';
import { Fifo } from './fifo';
import { type OrderedKey } from './ordered-key';

/** Flow control of a consumer: what it may hold unacked. Infinity for no limit. */
interface FlowControl {
  readonly messages: number;
  readonly bytes: number;
}

/** Most messages and bytes in one response: enough to spread its cost, little enough to share work among streams. */
const RESPONSE_MESSAGES = 250;
const RESPONSE_BYTES = 1024 * 1024;

/** Who takes messages from a subscription: an open stream, or one pull request. */
export class Consumer {
  heldMessages = 0;
  heldBytes = 0;
  /** Ordering keys whose next message only this consumer may get, because it holds earlier ones. */
  readonly readyKeys = new Fifo<OrderedKey>();

  constructor(
    private readonly flowControl: FlowControl,
    /** Sends deliveries to the client. */
    readonly send: (deliveries: readonly Delivery[]) => void,
    /** Whether the connection takes more right now. */
    readonly isWritable: () => boolean,
    /** Length of a new lease, milliseconds; undefined for the subscription's own. */
    public ackDeadline: number | undefined,
    /** Called when the subscription ends: deleted, detached or the server stops. */
    readonly end: (error: Error) => void,
  ) {}

  get messageAllowance(): number {
    return Math.min(this.flowControl.messages - this.heldMessages, RESPONSE_MESSAGES);
  }

  get byteAllowance(): number {
    return Math.min(this.flowControl.bytes - this.heldBytes, RESPONSE_BYTES);
  }

  take(delivery: Delivery): void {
    delivery.holder = this;
    this.heldMessages++;
    this.heldBytes += delivery.message.size;
  }

  release(delivery: Delivery): void {
    delivery.holder = undefined;
    this.heldMessages--;
    this.heldBytes -= delivery.message.size;
  }
}
