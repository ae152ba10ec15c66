/**
 * A message that could not be handled, as it lies in the dead letters. It has no contract of its own: the original's
 * attributes and bytes are kept, so that it can be sent again, and these are read from the attributes added beside them.
 */
export interface DeadLetter {
  /** Pub/Sub's id of the dead letter itself. */
  readonly id: string;
  /** Code of the reason, such as `invalid-payload`, or `retries-exhausted` when the server gave up. */
  readonly reason: string;
  /** One sentence: what happened, to what, and what to do. */
  readonly detail: string;
  /** Subscription it was taken from. */
  readonly subscription: string;
  /** Topic to send it back to. */
  readonly topic: string;
  /** How often it had been delivered. */
  readonly attempts: number;
  readonly original: {
    readonly attributes: Readonly<Record<string, string>>;
    readonly data: Buffer;
    readonly orderingKey: string;
  };
}

/** Attributes that dead-lettering adds beside the original's. */
export const DEAD_LETTER_ATTRIBUTES = {
  reason: 'dead-letter-reason',
  detail: 'dead-letter-detail',
  subscription: 'dead-letter-subscription',
  topic: 'dead-letter-topic',
  attempts: 'dead-letter-attempts',
  /** Moved here: a dead letter is delivered unordered, and the key is put back when it is sent again. */
  orderingKey: 'dead-letter-ordering-key',
} as const;

/** Attribute of a message that was sent again from the dead letters: the dead letter's id. */
export const REDRIVE_ATTRIBUTE = 'closing-bell-redrive-of';
