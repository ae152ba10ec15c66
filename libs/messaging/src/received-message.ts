import {
  DEAD_LETTER_ATTRIBUTES,
  type DeadLetter,
  ENVELOPE_ATTRIBUTES as NAMES,
  type Envelope,
  type Handling,
  HANDLING_ATTRIBUTES,
} from '@closing-bell/contracts';

/** A message as Pub/Sub delivered it, before anything about it is believed. */
export interface ReceivedMessage {
  /** Pub/Sub's own id; a redelivery has the same, a duplicate publish another. */
  readonly id: string;
  readonly publishTime: Date;
  readonly orderingKey: string;
  /** 1 on the first delivery. Pub/Sub counts only where the subscription has a dead-letter policy. */
  readonly deliveryAttempt: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: Buffer;
}

/** What a handler is told beside the payload. */
export interface MessageContext {
  readonly envelope: Envelope;
  /** When Pub/Sub accepted the message. */
  readonly publishTime: Date;
  readonly deliveryAttempt: number;
  /** How the message that caused this one was handled; absent where nothing did, and from release 0.1. */
  readonly causedBy?: Handling;
  /** Id of the dead letter that this message was sent again from, if it was. */
  readonly redriveOf?: string;
  /** Aborts when the service drains: long work should stop and throw, and is then delivered elsewhere. */
  readonly draining: AbortSignal;
}

/**
 * The CloudEvents context of a message. A publisher that cannot compute one, such as Cloud Scheduler with its static
 * attributes, may leave out id, time and subject: Pub/Sub's own id, publish time and ordering key then stand in.
 */
export function envelopeOf(received: ReceivedMessage): Envelope {
  const { attributes } = received;
  const id = attributes[NAMES.id] || `pubsub-${received.id}`;
  const causationId = attributes[NAMES.causationId];
  const traceparent = attributes[NAMES.traceparent];
  return {
    id,
    type: attributes[NAMES.type] ?? '',
    source: attributes[NAMES.source] ?? '',
    subject: attributes[NAMES.subject] ?? received.orderingKey,
    time: attributes[NAMES.time] ?? received.publishTime.toISOString(),
    correlationId: attributes[NAMES.correlationId] || id,
    ...(causationId === undefined ? {} : { causationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** How the handling went that published a message, where its attributes say so and can be believed. */
export function handlingOf({ attributes }: ReceivedMessage): Handling | undefined {
  const attempt = Number(attributes[HANDLING_ATTRIBUTES.attempt]);
  const startedAt = new Date(attributes[HANDLING_ATTRIBUTES.startedAt] ?? NaN);
  if (!Number.isSafeInteger(attempt) || attempt < 1 || Number.isNaN(startedAt.getTime())) return undefined;
  return { attempt, startedAt };
}

const ADDED = new Set<string>(Object.values(DEAD_LETTER_ATTRIBUTES));

// What Google's dead-letter policy, and the embedded server, add when the server itself gives a message up.
const SERVER = {
  deliveryCount: 'CloudPubSubDeadLetterSourceDeliveryCount',
  subscription: 'CloudPubSubDeadLetterSourceSubscription',
  prefix: 'CloudPubSubDeadLetterSource',
};

/** Reads a dead letter, whether a handler's permanent error or the server's dead-letter policy put it there. */
export function deadLetterOf(received: ReceivedMessage): DeadLetter {
  const { attributes } = received;
  const byServer = attributes[DEAD_LETTER_ATTRIBUTES.reason] === undefined;
  const subscription = attributes[byServer ? SERVER.subscription : DEAD_LETTER_ATTRIBUTES.subscription] ?? 'unknown';
  const attempts = Number(attributes[byServer ? SERVER.deliveryCount : DEAD_LETTER_ATTRIBUTES.attempts] ?? '0');
  return {
    id: received.id,
    reason: attributes[DEAD_LETTER_ATTRIBUTES.reason] ?? 'retries-exhausted',
    detail:
      attributes[DEAD_LETTER_ATTRIBUTES.detail] ??
      `${subscription} failed ${attempts} times. Look at the service's log for the error, mend its cause, then redrive.`,
    subscription,
    topic: attributes[DEAD_LETTER_ATTRIBUTES.topic] ?? subscription.slice(subscription.indexOf('.') + 1),
    attempts: Number.isFinite(attempts) ? attempts : 0,
    original: {
      attributes: Object.fromEntries(
        Object.entries(attributes).filter(([name]) => !ADDED.has(name) && !name.startsWith(SERVER.prefix)),
      ),
      data: received.data,
      orderingKey: attributes[DEAD_LETTER_ATTRIBUTES.orderingKey] ?? received.orderingKey,
    },
  };
}
