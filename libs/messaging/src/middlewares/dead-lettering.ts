import { DEAD_LETTER_ATTRIBUTES, DEAD_LETTER_TOPIC, PermanentError } from '@closing-bell/contracts';
import { type Logger } from 'pino';
import { type Middleware } from '../handler';
import { type Publisher } from '../publisher';
import { truncate } from '../truncate';

// Pub/Sub's limit on an attribute's value, in bytes.
const MAX_ATTRIBUTE_BYTES = 1024;

/**
 * Sends what can never succeed to the dead letters, as it came, with the reason, the subscription and the topic beside it; it is
 * then acknowledged. If that publish fails the message stays unacknowledged: nothing is lost.
 */
export function deadLettering(publisher: Publisher, logger: Logger): Middleware {
  return (next) => async (incoming) => {
    try {
      return await next(incoming);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      const { received, subscription } = incoming;
      // A dead letter that cannot be recorded would come back at once as another dead letter, for ever.
      if (subscription.topic === DEAD_LETTER_TOPIC) throw error;
      await publisher.publishRaw(DEAD_LETTER_TOPIC, {
        data: received.data,
        orderingKey: '',
        attributes: {
          ...received.attributes,
          [DEAD_LETTER_ATTRIBUTES.reason]: error.reason,
          [DEAD_LETTER_ATTRIBUTES.detail]: truncate(error.message, MAX_ATTRIBUTE_BYTES),
          [DEAD_LETTER_ATTRIBUTES.subscription]: subscription.name,
          [DEAD_LETTER_ATTRIBUTES.topic]: subscription.topic,
          [DEAD_LETTER_ATTRIBUTES.attempts]: String(received.deliveryAttempt),
          [DEAD_LETTER_ATTRIBUTES.orderingKey]: received.orderingKey,
        },
      });
      logger.error(
        { messageId: received.id, subscription: subscription.name, ...error.details },
        `dead letter: ${error.message}`,
      );
      return [];
    }
  };
}
