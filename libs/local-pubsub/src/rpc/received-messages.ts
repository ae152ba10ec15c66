import { type SubscriptionSettings } from '../broker/subscription-settings';
import { type Delivery } from '../delivery/delivery';
import { varintSize, writeVarint } from '../message/wire';

/**
 * Encodes a StreamingPullResponse or, without the subscription's properties in field 4, a PullResponse: both have the received messages
 * in field 1. The messages' stored bytes go in as they are. Delivery
 * attempts are told only with a dead-letter policy, as Google does.
 */
export function encodeReceivedMessages(
  deliveries: readonly Delivery[],
  settings: SubscriptionSettings,
  ackIdPrefix: string,
  kind: 'pull' | 'stream',
): Buffer {
  const tellsAttempts = settings.deadLetter !== undefined;
  const ackIds: string[] = [];
  const sizes: number[] = [];
  let total = 0;
  for (const delivery of deliveries) {
    const ackId = ackIdPrefix + delivery.lease.toString();
    const messageSize = delivery.message.block.deliveredSize(delivery.message);
    let size = 2 + ackId.length + 1 + varintSize(messageSize) + messageSize;
    if (tellsAttempts) size += 1 + varintSize(delivery.attempt);
    ackIds.push(ackId);
    sizes.push(size);
    total += 1 + varintSize(size) + size;
  }
  const trailer = kind === 'stream' ? encodeProperties(settings) : Buffer.alloc(0);
  const target = Buffer.allocUnsafe(total + trailer.length);
  let offset = 0;
  for (const [index, delivery] of deliveries.entries()) {
    const { message } = delivery;
    const ackId = ackIds[index] ?? '';
    target[offset++] = (1 << 3) | 2;
    offset = writeVarint(target, offset, sizes[index] ?? 0);
    target[offset++] = (1 << 3) | 2;
    target[offset++] = ackId.length;
    offset += target.write(ackId, offset, ackId.length, 'latin1');
    target[offset++] = (2 << 3) | 2;
    offset = writeVarint(target, offset, message.block.deliveredSize(message));
    offset = message.block.writeMessage(message, target, offset);
    if (tellsAttempts) {
      target[offset++] = 3 << 3;
      offset = writeVarint(target, offset, delivery.attempt);
    }
  }
  trailer.copy(target, offset);
  return target;
}

/** Field 4 of StreamingPullResponse: exactly_once_delivery_enabled = 1, message_ordering_enabled = 2. */
function encodeProperties({ exactlyOnce, ordered }: SubscriptionSettings): Buffer {
  return Buffer.from([(4 << 3) | 2, 4, 1 << 3, Number(exactlyOnce), 2 << 3, Number(ordered)]);
}
