import { DEAD_LETTER_TOPIC, type Subscription } from '@closing-bell/contracts';
import { type Resource } from '@closing-bell/provisioning';
import { type PubSub } from '@google-cloud/pubsub';
import { PubSubProject } from './pubsub-project';
import { SubscriptionResource } from './subscription-resource';
import { TopicResource } from './topic-resource';

export interface Topology {
  readonly topics: readonly string[];
  readonly subscriptions: readonly Subscription[];
}

/** Every topic and subscription, as a resource that is looked at and brought in line. */
export function topologyResources(pubsub: PubSub, projectId: string, topology: Topology): Resource[] {
  const { topics, subscriptions } = resourcesOf(new PubSubProject(pubsub, projectId), topology);
  return [...topics, ...subscriptions];
}

/**
 * Creates the topics and subscriptions that do not exist yet. Leaves those that do as they are, for services of two versions may
 * run side by side.
 */
export async function createTopology(pubsub: PubSub, projectId: string, topology: Topology): Promise<void> {
  const { topics, subscriptions } = resourcesOf(new PubSubProject(pubsub, projectId), topology);
  await Promise.all(topics.map((topic) => topic.apply()));
  await Promise.all(subscriptions.map((subscription) => subscription.create()));
}

function resourcesOf(project: PubSubProject, topology: Topology) {
  return {
    topics: topology.topics.map((name) => new TopicResource(project, name)),
    subscriptions: topology.subscriptions.map((subscription) => new SubscriptionResource(project, subscription)),
  };
}

/**
 * Lines for a shell that let Google's Pub/Sub move dead letters: it publishes them and acknowledges the originals as its own
 * service agent, which may do neither where nobody granted it.
 */
export function deadLetterGrants(projectId: string, { subscriptions }: Topology): string[] {
  const names = subscriptions.flatMap(({ name, maxDeliveryAttempts }) => (maxDeliveryAttempts ? [name] : []));
  return [
    `PROJECT_NUMBER=$(gcloud projects describe ${projectId} --format='value(projectNumber)')`,
    'AGENT=serviceAccount:service-$PROJECT_NUMBER@gcp-sa-pubsub.iam.gserviceaccount.com',
    `gcloud pubsub topics add-iam-policy-binding ${DEAD_LETTER_TOPIC} --project=${projectId} --member=$AGENT --role=roles/pubsub.publisher`,
    `for subscription in ${names.join(' ')}; do`,
    `  gcloud pubsub subscriptions add-iam-policy-binding $subscription --project=${projectId} --member=$AGENT --role=roles/pubsub.subscriber`,
    'done',
  ];
}
