import { PermanentError } from '@closing-bell/contracts';
import { type Logger } from 'pino';
import { type Middleware } from '../handler';
import { envelopeOf } from '../received-message';

/** One line a message: what it was, how long it took, what came of it. Never the payload. */
export function logging(logger: Logger, now: () => number): Middleware {
  return (next) => async (incoming) => {
    const { received, subscription } = incoming;
    const { id, subject, correlationId } = envelopeOf(received);
    const started = now();
    const identity = () => ({
      subscription: subscription.name,
      id,
      subject,
      correlationId,
      messageId: received.id,
      attempt: received.deliveryAttempt,
      milliseconds: Math.round((now() - started) * 10) / 10,
    });
    try {
      const outgoing = await next(incoming);
      const said = outgoing.map((message) => message.contract.name).join(', ');
      logger.info(identity(), `${subscription.topic} ${subject}${said === '' ? '' : ` → ${said}`}`);
      return outgoing;
    } catch (error) {
      if (!(error instanceof PermanentError)) {
        logger.warn({ ...identity(), err: error }, `${subscription.topic} ${subject} failed and will be tried again`);
      }
      throw error;
    }
  };
}
