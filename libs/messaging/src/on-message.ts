import { type Subscription } from '@closing-bell/contracts';
import { UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type OutgoingMessage } from './message';
import { type MessageContext } from './received-message';
import { RethrowFilter } from './rethrow-filter';

/** Marks handlers as ours, so that another transport in the same application leaves them alone. */
export const PUBSUB_TRANSPORT = Symbol('closing-bell.pubsub');

type HandlerMethod<T> = (payload: T, context: MessageContext) => Promise<readonly OutgoingMessage[] | void>;

/**
 * Makes a controller's method the handler of a subscription. The payload is checked before and is of the contract's class;
 * what the method returns is published before the message is acknowledged; what it throws sends the message again, or to the
 * dead letters if it is a PermanentError. A method that takes another payload does not compile.
 */
export function OnMessage<T extends object>(subscription: Subscription<T>) {
  return <M extends HandlerMethod<T>>(target: object, key: string, descriptor: TypedPropertyDescriptor<M>): void => {
    EventPattern(subscription.name, PUBSUB_TRANSPORT)(target, key, descriptor);
    // Here rather than on the application: a filter for all of it would also catch the errors of its HTTP side.
    UseFilters(RethrowFilter)(target, key, descriptor);
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
  };
}
