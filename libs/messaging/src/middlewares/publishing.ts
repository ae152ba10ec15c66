import { type Middleware } from '../handler';
import { type Publisher } from '../publisher';
import { envelopeOf } from '../received-message';

/**
 * Publishes what the handler returned, before the message is acknowledged: a crash in between costs a duplicate, never a
 * message. Each carries the cascade's correlation id, as its cause this message's id, and which delivery of it was handled since when.
 */
export function publishing(publisher: Publisher, clock: () => Date): Middleware {
  return (next) => async (incoming) => {
    const handling = { attempt: incoming.received.deliveryAttempt, startedAt: clock() };
    const outgoing = await next(incoming);
    const envelope = envelopeOf(incoming.received);
    await Promise.all(outgoing.map((message) => publisher.publish(message, { envelope, handling })));
    return outgoing;
  };
}
