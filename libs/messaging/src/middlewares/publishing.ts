import { type Middleware } from '../handler';
import { type Publisher } from '../publisher';
import { envelopeOf } from '../received-message';

/**
 * Publishes what the handler returned, before the message is acknowledged: a crash in between costs a duplicate, never a
 * message. Each carries the cascade's correlation id and, as its cause, this message's id.
 */
export function publishing(publisher: Publisher): Middleware {
  return (next) => async (incoming) => {
    const outgoing = await next(incoming);
    const cause = envelopeOf(incoming.received);
    await Promise.all(outgoing.map((message) => publisher.publish(message, cause)));
    return outgoing;
  };
}
