import { invalidArgument } from '../status-error';

/** Google's limits on what is published. Source: cloud.google.com/pubsub/quotas#resource_limits. Sizes are bytes. */
export const LIMITS = {
  requestBytes: 10 * 1024 * 1024,
  messageBytes: 10 * 1024 * 1024,
  messagesPerPublish: 1000,
  attributesPerMessage: 100,
  attributeKeyBytes: 256,
  attributeValueBytes: 1024,
  orderingKeyBytes: 1024,
  filterBytes: 256,
} as const;

/** Prefix of attribute keys and resource ids that Google keeps for itself. */
export const RESERVED_PREFIX = 'goog';

/** @throws StatusError INVALID_ARGUMENT when `actual` is above `limit`. */
export function requireAtMost(limit: number, actual: number, what: string): void {
  if (actual > limit) throw invalidArgument(`${what}: ${actual} is above the limit of ${limit}.`);
}
