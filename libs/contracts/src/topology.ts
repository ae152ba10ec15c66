import { type Contract } from './contract';
import { type DeadLetter } from './messages/dead-letter';
import { attemptFailed } from './messages/attempt-failed';
import { barsIngested } from './messages/bars-ingested';
import { driftDetected } from './messages/drift-detected';
import { featuresComputed } from './messages/features-computed';
import { forecastMade } from './messages/forecast-made';
import { ingestionRequested } from './messages/ingestion-requested';
import { marketClosed } from './messages/market-closed';
import { modelReady } from './messages/model-ready';

export const SERVICES = ['ingestor', 'feature-service', 'trainer', 'predictor', 'monitor'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The topic to which every subscription's undeliverable messages go. */
export const DEAD_LETTER_TOPIC = 'dead-letters';

/** Messages carry facts and references, never bulk data: what is larger than this, in bytes, is no message of ours. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** How a subscription delivers, retries and gives up. All durations in seconds. */
export interface Delivery {
  /** One message of an ordering key at a time, in the order of publication. */
  readonly ordered: boolean;
  /** Until when an unacknowledged message is not sent again; a running handler's lease is renewed. 10–600. */
  readonly ackDeadlineSeconds: number;
  /** Handlers that run at once in one process. */
  readonly concurrency: number;
  /** How long one handler's lease is renewed at most. Above the longest honest run. */
  readonly maxLeaseSeconds: number;
  /** Exponential back-off between attempts. */
  readonly retry: { readonly minimumBackoffSeconds: number; readonly maximumBackoffSeconds: number };
  /** Attempts after which the server moves the message to the dead letters, 5–100; undefined: it is retried for ever. */
  readonly maxDeliveryAttempts?: number;
  /** Keep acknowledged messages this long, so that a subscription can be sought back; undefined: not kept. */
  readonly retainAckedSeconds?: number;
  /** Attribute filter in Pub/Sub's language; undefined: every message. */
  readonly filter?: string;
}

/** A subscription: which service takes which messages, and how. The type parameter is the payload its handler gets. */
export interface Subscription<T extends object = object> extends Delivery {
  /** `<service>.<topic>`. */
  readonly name: string;
  readonly service: ServiceName;
  readonly topic: string;
  /** What the topic carries; undefined on the dead letters, which carry anything. */
  readonly contract: Contract<T> | undefined;
}

const WEEK = 7 * 24 * 3600;

const UNLIMITED: Delivery = {
  ordered: true,
  ackDeadlineSeconds: 60,
  concurrency: 32,
  maxLeaseSeconds: 600,
  retry: { minimumBackoffSeconds: 1, maximumBackoffSeconds: 60 },
};

const QUICK: Delivery = { ...UNLIMITED, maxDeliveryAttempts: 10 };

// A scheduler's message is static and cannot carry an ordering key.
const UNKEYED: Delivery = { ...QUICK, ordered: false };

// A market-data source that is down for an hour should not cost a session: its back-off reaches ten minutes.
const FETCHING: Delivery = {
  ...QUICK,
  concurrency: 8,
  retry: { minimumBackoffSeconds: 2, maximumBackoffSeconds: 600 },
};

// Training takes minutes of a whole core; a second message would only hold a lease.
const TRAINING: Delivery = { ...QUICK, concurrency: 1, maxLeaseSeconds: 3600, maxDeliveryAttempts: 5 };

// The record of everything: kept for a week, so that a lost warehouse can be written again.
const KEPT = { concurrency: 64, retainAckedSeconds: WEEK };
const RECORDING: Delivery = { ...QUICK, ...KEPT, maxDeliveryAttempts: 20 };

function subscription<T extends object>(
  service: ServiceName,
  contract: Contract<T>,
  delivery: Delivery,
): Subscription<T> {
  return { ...delivery, name: `${service}.${contract.name}`, service, topic: contract.name, contract };
}

// No limit of attempts: a dead letter that cannot be recorded has nowhere else to go.
const deadLetters: Subscription<DeadLetter> = {
  ...UNLIMITED,
  ...KEPT,
  ordered: false,
  name: `monitor.${DEAD_LETTER_TOPIC}`,
  service: 'monitor',
  topic: DEAD_LETTER_TOPIC,
  contract: undefined,
};

/** Every subscription of the system, by the service that holds it. The only place where who-hears-what is written. */
export const subscriptions = {
  ingestor: {
    marketClosed: subscription('ingestor', marketClosed, UNKEYED),
    ingestionRequested: subscription('ingestor', ingestionRequested, FETCHING),
  },
  featureService: {
    barsIngested: subscription('feature-service', barsIngested, { ...QUICK, concurrency: 4 }),
  },
  trainer: {
    featuresComputed: subscription('trainer', featuresComputed, TRAINING),
    driftDetected: subscription('trainer', driftDetected, TRAINING),
  },
  predictor: {
    modelReady: subscription('predictor', modelReady, { ...QUICK, concurrency: 4 }),
  },
  monitor: {
    marketClosed: subscription('monitor', marketClosed, { ...RECORDING, ordered: false }),
    ingestionRequested: subscription('monitor', ingestionRequested, RECORDING),
    barsIngested: subscription('monitor', barsIngested, RECORDING),
    featuresComputed: subscription('monitor', featuresComputed, RECORDING),
    modelReady: subscription('monitor', modelReady, RECORDING),
    forecastMade: subscription('monitor', forecastMade, RECORDING),
    driftDetected: subscription('monitor', driftDetected, RECORDING),
    // Each says something else about another attempt, so that their order does not matter.
    attemptFailed: subscription('monitor', attemptFailed, { ...RECORDING, ordered: false }),
    deadLetters,
  },
} as const;

/** Every contract, in the order of the cascade and then what tells of its processing. Each has a topic of its name. */
export const contracts: readonly Contract[] = [
  marketClosed,
  ingestionRequested,
  barsIngested,
  featuresComputed,
  modelReady,
  forecastMade,
  driftDetected,
  attemptFailed,
];

/** Every topic's name. */
export const topics: readonly string[] = [...contracts.map((contract) => contract.name), DEAD_LETTER_TOPIC];

/** All subscriptions as one list. */
export const allSubscriptions: readonly Subscription[] = Object.values(subscriptions).flatMap(
  (ofService): Subscription[] => Object.values(ofService),
);

/**
 * The topics a service publishes to, for least-privilege grants and the docs' diagram. The monitor says a close where somebody asks its
 * API for a replay; where it may also send dead letters again, it needs every topic. It announces no failed attempts of its own: what fails
 * there is nearly always the warehouse, which could not hold the announcements either, and each of those would fail, too.
 */
export const publications: Readonly<Record<ServiceName, readonly Contract[]>> = {
  ingestor: [ingestionRequested, barsIngested, attemptFailed],
  'feature-service': [featuresComputed, attemptFailed],
  trainer: [modelReady, attemptFailed],
  predictor: [forecastMade, attemptFailed],
  monitor: [driftDetected, marketClosed],
};
