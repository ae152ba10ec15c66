import { DEAD_LETTER_TOPIC, type Subscription } from '@closing-bell/contracts';
import { type CreateSubscriptionOptions, type PubSub } from '@google-cloud/pubsub';

// gRPC status codes.
const ALREADY_EXISTS = 6;

/** The topology's words as Pub/Sub's own subscription settings. */
function subscriptionSettings(projectId: string, subscription: Subscription): CreateSubscriptionOptions {
  const { retry, maxDeliveryAttempts, retainAckedSeconds, filter } = subscription;
  return {
    enableMessageOrdering: subscription.ordered,
    ackDeadlineSeconds: subscription.ackDeadlineSeconds,
    retryPolicy: {
      minimumBackoff: { seconds: retry.minimumBackoffSeconds },
      maximumBackoff: { seconds: retry.maximumBackoffSeconds },
    },
    ...(maxDeliveryAttempts === undefined
      ? {}
      : {
          deadLetterPolicy: {
            deadLetterTopic: `projects/${projectId}/topics/${DEAD_LETTER_TOPIC}`,
            maxDeliveryAttempts,
          },
        }),
    ...(retainAckedSeconds === undefined
      ? {}
      : { retainAckedMessages: true, messageRetentionDuration: { seconds: retainAckedSeconds } }),
    ...(filter === undefined ? {} : { filter }),
    expirationPolicy: {},
  };
}

/** Creates the topics and subscriptions that do not exist yet. Leaves those that do as they are. */
export async function createTopology(
  pubsub: PubSub,
  projectId: string,
  topology: { readonly topics: readonly string[]; readonly subscriptions: readonly Subscription[] },
): Promise<void> {
  await Promise.all(topology.topics.map((name) => unlessItExists(pubsub.createTopic(name))));
  await Promise.all(
    topology.subscriptions.map((subscription) =>
      unlessItExists(
        pubsub
          .topic(subscription.topic)
          .createSubscription(subscription.name, subscriptionSettings(projectId, subscription)),
      ),
    ),
  );
}

async function unlessItExists(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if ((error as { code?: number }).code !== ALREADY_EXISTS) throw error;
  }
}
