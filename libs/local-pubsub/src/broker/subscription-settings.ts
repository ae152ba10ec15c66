import { google } from '@google-cloud/pubsub/build/protos/protos';
import { compileFilter, type Filter } from '../message/filter';
import { milliseconds } from '../message/time';
import { invalidArgument, unimplemented } from '../status-error';
import { requireSubscriptionName, requireTopicName } from './names';

const { Subscription } = google.pubsub.v1;

type ISubscription = google.pubsub.v1.ISubscription;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Ack deadlines that a subscription or a stream may ask for, seconds. */
const ACK_DEADLINE = { least: 10, most: 600 };
/** How long messages are kept, milliseconds; of topics and subscriptions alike. */
const RETENTION = { least: 10 * MINUTE, most: 31 * DAY, subscriptionDefault: 7 * DAY };
const BACKOFF = { most: 600 * SECOND, minimumDefault: 10 * SECOND, maximumDefault: 600 * SECOND };
const DELIVERY_ATTEMPTS = { least: 5, most: 100, default: 5 };

/** What a subscription's configuration means to the delivery. Times are milliseconds. */
export interface SubscriptionSettings {
  readonly ackDeadline: number;
  readonly retention: number;
  readonly retainAcked: boolean;
  readonly ordered: boolean;
  readonly exactlyOnce: boolean;
  /** Undefined: every message. */
  readonly filter: Filter | undefined;
  readonly backoff: { readonly minimum: number; readonly maximum: number } | undefined;
  readonly deadLetter: { readonly topic: string; readonly maxDeliveryAttempts: number } | undefined;
}

/** @throws StatusError INVALID_ARGUMENT for seconds outside 10–600. */
export function requireAckDeadline(seconds: number): void {
  if (seconds < ACK_DEADLINE.least || seconds > ACK_DEADLINE.most) {
    throw invalidArgument(
      `An ack deadline of ${seconds} s is outside the allowed ${ACK_DEADLINE.least}–${ACK_DEADLINE.most} s.`,
    );
  }
}

/** @throws StatusError INVALID_ARGUMENT for seconds outside 0–600; a lease of 0 s gives the message back. */
export function requireLeaseLength(seconds: number): void {
  if (seconds < 0 || seconds > ACK_DEADLINE.most) {
    throw invalidArgument(`An ack deadline of ${seconds} s is outside the allowed 0–${ACK_DEADLINE.most} s.`);
  }
}

/** @throws StatusError INVALID_ARGUMENT for a retention (milliseconds) outside 10 minutes to 31 days. */
export function requireRetention(retention: number): void {
  if (retention < RETENTION.least || retention > RETENTION.most) {
    throw invalidArgument(
      `A message retention of ${retention / SECOND} s is outside the allowed 600–${RETENTION.most / SECOND} s (31 days).`,
    );
  }
}

/**
 * A subscription's configuration with Google's defaults filled in.
 *
 * @throws StatusError INVALID_ARGUMENT for a value that Google refuses, UNIMPLEMENTED for what this server does not do.
 */
export function completeSubscription(config: ISubscription): ISubscription {
  requireSubscriptionName(config.name ?? '');
  refuseOtherDeliveryKinds(config);
  const ackDeadlineSeconds = config.ackDeadlineSeconds || ACK_DEADLINE.least;
  requireAckDeadline(ackDeadlineSeconds);
  const retention = milliseconds(config.messageRetentionDuration) ?? RETENTION.subscriptionDefault;
  requireRetention(retention);
  const complete: ISubscription = {
    ...config,
    pushConfig: {},
    ackDeadlineSeconds,
    messageRetentionDuration: { seconds: Math.floor(retention / SECOND) },
    expirationPolicy: config.expirationPolicy ?? { ttl: { seconds: (31 * DAY) / SECOND } },
    state: Subscription.State.ACTIVE,
  };
  if (config.deadLetterPolicy?.deadLetterTopic) complete.deadLetterPolicy = completeDeadLetter(config.deadLetterPolicy);
  else delete complete.deadLetterPolicy;
  if (config.retryPolicy) complete.retryPolicy = completeRetry(config.retryPolicy);
  return complete;
}

function refuseOtherDeliveryKinds(config: ISubscription): void {
  if (config.pushConfig?.pushEndpoint) {
    throw unimplemented('Push subscriptions are not implemented by the local server: pull, or stream-pull, instead.');
  }
  if (config.bigqueryConfig || config.cloudStorageConfig || config.bigtableConfig) {
    throw unimplemented(
      'Subscriptions that write to BigQuery, Cloud Storage or Bigtable are not implemented by the local server.',
    );
  }
  if (config.messageTransforms && config.messageTransforms.length > 0) {
    throw unimplemented('Message transforms are not implemented by the local server.');
  }
}

function completeDeadLetter(policy: google.pubsub.v1.IDeadLetterPolicy): google.pubsub.v1.IDeadLetterPolicy {
  const deadLetterTopic = policy.deadLetterTopic ?? '';
  requireTopicName(deadLetterTopic);
  const maxDeliveryAttempts = policy.maxDeliveryAttempts || DELIVERY_ATTEMPTS.default;
  if (maxDeliveryAttempts < DELIVERY_ATTEMPTS.least || maxDeliveryAttempts > DELIVERY_ATTEMPTS.most) {
    throw invalidArgument(
      `A dead-letter policy of ${maxDeliveryAttempts} delivery attempts is outside the allowed ` +
        `${DELIVERY_ATTEMPTS.least}–${DELIVERY_ATTEMPTS.most}.`,
    );
  }
  return { deadLetterTopic, maxDeliveryAttempts };
}

function completeRetry(policy: google.pubsub.v1.IRetryPolicy): google.pubsub.v1.IRetryPolicy {
  const minimum = milliseconds(policy.minimumBackoff) ?? BACKOFF.minimumDefault;
  const maximum = milliseconds(policy.maximumBackoff) ?? BACKOFF.maximumDefault;
  if (minimum < 0 || maximum > BACKOFF.most || minimum > maximum) {
    throw invalidArgument(
      `A retry policy with back-off from ${minimum / SECOND} s to ${maximum / SECOND} s is not within 0–600 s, or its minimum is above its maximum.`,
    );
  }
  return {
    minimumBackoff: policy.minimumBackoff ?? { seconds: minimum / SECOND },
    maximumBackoff: policy.maximumBackoff ?? { seconds: maximum / SECOND },
  };
}

/** @throws StatusError INVALID_ARGUMENT for a filter that cannot be read. */
export function settingsOf(config: ISubscription): SubscriptionSettings {
  const { retryPolicy, deadLetterPolicy } = config;
  return {
    ackDeadline: (config.ackDeadlineSeconds ?? ACK_DEADLINE.least) * SECOND,
    retention: milliseconds(config.messageRetentionDuration) ?? RETENTION.subscriptionDefault,
    retainAcked: config.retainAckedMessages ?? false,
    ordered: config.enableMessageOrdering ?? false,
    exactlyOnce: config.enableExactlyOnceDelivery ?? false,
    filter: config.filter ? compileFilter(config.filter) : undefined,
    backoff: retryPolicy
      ? {
          minimum: milliseconds(retryPolicy.minimumBackoff) ?? BACKOFF.minimumDefault,
          maximum: milliseconds(retryPolicy.maximumBackoff) ?? BACKOFF.maximumDefault,
        }
      : undefined,
    deadLetter: deadLetterPolicy?.deadLetterTopic
      ? {
          topic: deadLetterPolicy.deadLetterTopic,
          maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts ?? DELIVERY_ATTEMPTS.default,
        }
      : undefined,
  };
}
