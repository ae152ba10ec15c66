import { type Subscription } from '@closing-bell/contracts';
import { type OutgoingMessage } from './message';
import { type ReceivedMessage } from './received-message';

/** One delivery on its way through the middlewares. */
export interface Incoming {
  readonly subscription: Subscription;
  readonly received: ReceivedMessage;
  /** Aborts when the service drains. */
  readonly draining: AbortSignal;
}

/** Resolves with what to publish: acknowledged. Rejects: sent again. */
export type Handler = (incoming: Incoming) => Promise<readonly OutgoingMessage[]>;

/** Wraps a handler in one concern. */
export type Middleware = (next: Handler) => Handler;
