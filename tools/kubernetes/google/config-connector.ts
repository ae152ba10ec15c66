import { allSubscriptions, topics } from '@closing-bell/contracts';
import { type ExchangeCalendar } from '@closing-bell/market';
import { subscriptionSettings } from '@closing-bell/messaging';
import { bucketSettings } from '@closing-bell/storage';
import {
  bigQueryFieldsOf,
  bigQueryTables,
  bigQueryViews,
  clusterColumnsOf,
  DATASET_DESCRIPTION,
  viewIn,
} from '@closing-bell/warehouse';
import { type KubernetesObject } from '../manifest';
import { OBJECTS_PREFIX, type Place, principalOf } from '../place';
import { schedulerJobs } from '../schedule';
import { alertPolicy, alerts } from './alerts';
import { type Grant, grants, type Member, type Target } from './grants';
import { SERVICES_OF_GOOGLE } from './services-of-google';

const CNRM = 'cnrm.cloud.google.com';
const V1 = 'v1beta1';

/** What holds data is left at Google where its manifest is deleted. */
const KEPT = { [`${CNRM}/deletion-policy`]: 'abandon' };

function object(
  group: string,
  kind: string,
  name: string,
  spec: object,
  annotations?: Readonly<Record<string, string>>,
  labels?: Readonly<Record<string, string>>,
): KubernetesObject {
  // These labels become Google's, which have no prefix.
  const metadata = {
    name,
    labels: { 'part-of': 'closing-bell', ...labels },
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { apiVersion: `${group}.${CNRM}/${V1}`, kind, metadata, spec };
}

/** The Google resources of a place as objects of Config Connector, by file. */
export function configConnector(place: Place, calendar: ExchangeCalendar): Record<string, KubernetesObject[]> {
  return {
    'services.yaml': SERVICES_OF_GOOGLE.map((name) =>
      object(
        'serviceusage',
        'Service',
        name,
        { resourceID: name },
        { [`${CNRM}/disable-on-destroy`]: 'false', ...KEPT },
      ),
    ),
    'pubsub.yaml': [
      ...topics.map((name) => object('pubsub', 'PubSubTopic', name, { resourceID: name })),
      ...allSubscriptions.map((subscription) => {
        const { name } = subscription;
        return object('pubsub', 'PubSubSubscription', name, subscriptionSpec(subscription, place.project));
      }),
    ],
    'storage.yaml': [bucket(place)],
    'bigquery.yaml': bigQuery(place),
    'scheduler.yaml': schedulerJobs(calendar).map(
      ({ name, description, schedule, timeZone, topic, attributes, body }) =>
        object('cloudscheduler', 'CloudSchedulerJob', name, {
          resourceID: name,
          description,
          location: place.region,
          schedule,
          timeZone,
          pubsubTarget: {
            topicRef: { external: `projects/${place.project}/topics/${topic}` },
            attributes,
            data: base64(body),
          },
          retryConfig: { retryCount: 5, minBackoffDuration: '5s', maxBackoffDuration: '300s' },
        }),
    ),
    'iam.yaml': grants(place).map((grant) => policyMember(place, grant)),
    'alerts.yaml': alerts.map((alert) => object('monitoring', 'MonitoringAlertPolicy', alert.name, alertPolicy(alert))),
    'artifacts.yaml': [
      object('artifactregistry', 'ArtifactRegistryRepository', place.repository, {
        resourceID: place.repository,
        location: place.region,
        format: 'DOCKER',
        description: 'Images of Closing Bell',
      }),
    ],
  };
}

function subscriptionSpec(subscription: (typeof allSubscriptions)[number], project: string): object {
  const wanted = subscriptionSettings(project, subscription);
  const { retryPolicy, deadLetterPolicy, messageRetentionDuration, filter } = wanted;
  return {
    resourceID: subscription.name,
    topicRef: { name: subscription.topic },
    enableMessageOrdering: wanted.enableMessageOrdering,
    ...(filter === '' ? {} : { filter }),
    ackDeadlineSeconds: wanted.ackDeadlineSeconds,
    retryPolicy: {
      minimumBackoff: `${retryPolicy.minimumBackoff.seconds}s`,
      maximumBackoff: `${retryPolicy.maximumBackoff.seconds}s`,
    },
    ...(deadLetterPolicy === null
      ? {}
      : {
          deadLetterPolicy: {
            deadLetterTopicRef: { external: deadLetterPolicy.deadLetterTopic },
            maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts,
          },
        }),
    retainAckedMessages: wanted.retainAckedMessages,
    messageRetentionDuration: `${messageRetentionDuration.seconds}s`,
    // Never.
    expirationPolicy: { ttl: '' },
  };
}

function bucket({ bucket: name, region }: Place): KubernetesObject {
  const { iamConfiguration, lifecycle } = bucketSettings(`${OBJECTS_PREFIX}/`);
  return object(
    'storage',
    'StorageBucket',
    name,
    {
      resourceID: name,
      location: region.toUpperCase(),
      uniformBucketLevelAccess: iamConfiguration.uniformBucketLevelAccess.enabled,
      publicAccessPrevention: iamConfiguration.publicAccessPrevention,
      lifecycleRule: lifecycle.rule,
    },
    // Objects are not deleted with the bucket, and the bucket not with its manifest.
    { ...KEPT, [`${CNRM}/force-destroy`]: 'false' },
  );
}

function bigQuery({ project, dataset, region }: Place): KubernetesObject[] {
  const nameOf = (name: string) => name.replaceAll('_', '-');
  const datasetRef = { name: nameOf(dataset) };
  return [
    object(
      'bigquery',
      'BigQueryDataset',
      nameOf(dataset),
      { resourceID: dataset, location: region, description: DATASET_DESCRIPTION },
      { ...KEPT, [`${CNRM}/delete-contents-on-destroy`]: 'false' },
    ),
    ...bigQueryTables.map((table) =>
      object(
        'bigquery',
        'BigQueryTable',
        nameOf(table.name),
        {
          resourceID: table.name,
          datasetRef,
          description: table.description,
          schema: JSON.stringify(bigQueryFieldsOf(table)),
          ...(table.partitionBy === undefined ? {} : { timePartitioning: { type: 'MONTH', field: table.partitionBy } }),
          clustering: clusterColumnsOf(table),
        },
        KEPT,
      ),
    ),
    ...bigQueryViews.map((view) => {
      const { sql, labels } = viewIn({ projectId: project, datasetId: dataset }, view);
      const { name, description } = view;
      const spec = { resourceID: name, datasetRef, description, view: { query: sql, useLegacySql: false } };
      return object('bigquery', 'BigQueryTable', nameOf(name), spec, undefined, labels);
    }),
  ];
}

/** The kind of Config Connector that a target is, and how it is named there. */
function referenceOf(place: Place, { kind, name }: Target): object {
  switch (kind) {
    case 'project':
      return { kind: 'Project', external: `projects/${place.project}` };
    case 'topic':
      return { apiVersion: `pubsub.${CNRM}/${V1}`, kind: 'PubSubTopic', name };
    case 'subscription':
      return { apiVersion: `pubsub.${CNRM}/${V1}`, kind: 'PubSubSubscription', name };
    case 'bucket':
      return { apiVersion: `storage.${CNRM}/${V1}`, kind: 'StorageBucket', name };
    case 'dataset':
      return { apiVersion: `bigquery.${CNRM}/${V1}`, kind: 'BigQueryDataset', name: name.replaceAll('_', '-') };
    case 'secret':
      return {
        apiVersion: `secretmanager.${CNRM}/${V1}`,
        kind: 'SecretManagerSecret',
        external: `projects/${place.project}/secrets/${name}`,
      };
  }
}

function policyMember(place: Place, { member, role, on }: Grant): KubernetesObject {
  const who = member.kind === 'pod' ? member.serviceAccount : 'pubsub';
  const what = on.kind === 'project' ? 'project' : `${on.kind}-${on.name.replaceAll('_', '-')}`;
  return object(
    'iam',
    'IAMPolicyMember',
    `${who}-${role.replace('roles/', '').replaceAll('.', '-').toLowerCase()}-${what}`,
    {
      member: memberOf(place, member),
      role,
      resourceRef: referenceOf(place, on),
    },
  );
}

/** A member as Google writes it. */
function memberOf(place: Place, member: Member): string {
  return member.kind === 'pod'
    ? principalOf(place, member.serviceAccount, member.namespace)
    : `serviceAccount:service-${place.projectNumber}@${member.agent}.iam.gserviceaccount.com`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
