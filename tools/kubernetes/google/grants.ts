import {
  allSubscriptions,
  DEAD_LETTER_TOPIC,
  publications,
  type ServiceName,
  SERVICES,
  topics,
} from '@closing-bell/contracts';

/** Who is granted something: a pod by its service account, or a service of Google's own in the project. */
export type Member =
  | { readonly kind: 'pod'; readonly serviceAccount: string; readonly namespace?: string }
  | { readonly kind: 'agent'; readonly agent: 'gcp-sa-pubsub' };

/** On what. A name is Google's own for it. */
export interface Target {
  readonly kind: 'project' | 'topic' | 'subscription' | 'bucket' | 'dataset' | 'secret';
  readonly name: string;
}

/** A role, such as `roles/pubsub.publisher`, that somebody has on something. */
export interface Grant {
  readonly member: Member;
  readonly role: string;
  readonly on: Target;
}

/** The secret that holds the token of the monitor's API. */
export const API_TOKEN_SECRET = 'closing-bell-api-token';

const PUBLISHER = 'roles/pubsub.publisher';
const SUBSCRIBER = 'roles/pubsub.subscriber';

/** Roles on whole things of the project that an environment has one of. */
export interface Owned {
  readonly bucket: string;
  readonly dataset: string;
}

/**
 * The least that each service needs: to publish what it says and what it gives up, to take what it hears, the objects, and for the
 * monitor the dataset. KEDA reads measures; Pub/Sub itself moves what was delivered too often.
 */
export function grants({ bucket, dataset }: Owned): Grant[] {
  return [
    ...SERVICES.flatMap((service) => grantsOf(service, bucket)),
    pod('monitor', 'roles/bigquery.dataEditor', { kind: 'dataset', name: dataset }),
    pod('monitor', 'roles/bigquery.jobUser', { kind: 'project', name: '' }),
    pod('monitor', 'roles/secretmanager.secretAccessor', { kind: 'secret', name: API_TOKEN_SECRET }),
    {
      member: { kind: 'pod', serviceAccount: 'keda-operator', namespace: 'keda' },
      role: 'roles/monitoring.viewer',
      on: { kind: 'project', name: '' },
    },
    ...deadLetterGrants(),
  ];
}

function grantsOf(service: ServiceName, bucket: string): Grant[] {
  // Whoever reads the dead letters may send them again, wherever they came from.
  const said = service === 'monitor' ? topics : [...publications[service].map(({ name }) => name), DEAD_LETTER_TOPIC];
  const heard = allSubscriptions.filter((subscription) => subscription.service === service);
  return [
    ...said.map((name) => pod(service, PUBLISHER, { kind: 'topic', name })),
    ...heard.map(({ name }) => pod(service, SUBSCRIBER, { kind: 'subscription', name })),
    pod(service, 'roles/storage.objectUser', { kind: 'bucket', name: bucket }),
  ];
}

/** What lets Pub/Sub move messages that were delivered too often: it publishes them and acknowledges the originals. */
function deadLetterGrants(): Grant[] {
  const member: Member = { kind: 'agent', agent: 'gcp-sa-pubsub' };
  return [
    { member, role: PUBLISHER, on: { kind: 'topic', name: DEAD_LETTER_TOPIC } },
    ...allSubscriptions
      .filter(({ maxDeliveryAttempts }) => maxDeliveryAttempts !== undefined)
      .map(({ name }): Grant => ({ member, role: SUBSCRIBER, on: { kind: 'subscription', name } })),
  ];
}

function pod(serviceAccount: string, role: string, on: Target): Grant {
  return { member: { kind: 'pod', serviceAccount }, role, on };
}
