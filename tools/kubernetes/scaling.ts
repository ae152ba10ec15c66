import { allSubscriptions } from '@closing-bell/contracts';
import { type ExchangeCalendar } from '@closing-bell/market';
import { type KubernetesObject } from './manifest';
import { warmSpan } from './schedule';
import { selectorOf } from './services';
import { type Workload } from './workloads';

/** How the cluster asks Cloud Monitoring of Pub/Sub's measures. */
export const CREDENTIALS = 'cloud-monitoring';

/**
 * Seconds between KEDA's questions, and from the last message to the last pod's end. Two questions a service twice a minute stay below the
 * million a month that Cloud Monitoring answers for nothing, and its measures are minutes old anyway.
 */
const POLLING_SECONDS = 30;
const COOLDOWN_SECONDS = 300;

const BACKLOG = 'num_undelivered_messages';
const AGE = 'oldest_unacked_message_age';

/** Adding pods is free of doubt, taking them away waits: a dip between two steps of a cascade is no end. */
const BEHAVIOR = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  },
  scaleDown: { stabilizationWindowSeconds: 180, policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }] },
} as const;

function subscriptionsOf({ service }: Workload): string[] {
  return allSubscriptions.filter((subscription) => subscription.service === service).map(({ name }) => name);
}

/** Unacknowledged messages of a service's own subscriptions, those in work included, in PromQL as Cloud Monitoring answers it. */
function backlogOf(workload: Workload): string {
  return `sum(${measureOf(workload, BACKLOG)})`;
}

/**
 * Seconds that the oldest of them has waited, but never so many that there would be more pods than messages: one that fails again and
 * again grows old, and needs no second pod.
 */
function ageOf(workload: Workload): string {
  const most = `${backlogOf(workload)} * ${workload.scale.ageSeconds}`;
  return `max(${measureOf(workload, AGE)}) < ${most} or ${most}`;
}

function measureOf(workload: Workload, measure: string): string {
  const names = subscriptionsOf(workload).map((name) => name.replaceAll('.', '[.]'));
  const selector = `"monitored_resource"="pubsub_subscription","subscription_id"=~"${names.join('|')}"`;
  return `{"__name__"="pubsub.googleapis.com/subscription/${measure}",${selector}}`;
}

/** A service's scaling by KEDA, to nothing where nothing waits. Ready before the close, for Cloud Monitoring speaks minutes later. */
export function scaledObject(workload: Workload, calendar: ExchangeCalendar, project: string): KubernetesObject {
  const { service, scale } = workload;
  const serverAddress = `https://monitoring.googleapis.com/v1/projects/${project}/location/global/prometheus`;
  const trigger = (query: string, threshold: number) => ({
    type: 'prometheus',
    metricType: 'AverageValue',
    // The autoscaler, which asks every quarter of a minute, gets what was last answered.
    useCachedMetrics: true,
    authenticationRef: { name: CREDENTIALS },
    metadata: {
      serverAddress,
      query,
      threshold: String(threshold),
      activationThreshold: '0',
      // A subscription without messages has no measure for a while, which says that nothing waits.
      ignoreNullValues: 'true',
    },
  });
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: service, labels: selectorOf(service) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service },
      minReplicaCount: scale.least,
      maxReplicaCount: scale.most,
      pollingInterval: POLLING_SECONDS,
      cooldownPeriod: COOLDOWN_SECONDS,
      // Where Cloud Monitoring does not answer, the cascade goes on slowly rather than not at all.
      fallback: { failureThreshold: 4, replicas: 1 },
      advanced: { horizontalPodAutoscalerConfig: { name: service, behavior: BEHAVIOR } },
      triggers: [
        trigger(backlogOf(workload), scale.backlog),
        trigger(ageOf(workload), scale.ageSeconds),
        { type: 'cron', metadata: { ...warmSpan(calendar), desiredReplicas: '1' } },
      ],
    },
  };
}

/** A service's scaling by Kubernetes' own autoscaler and the adapter for Cloud Monitoring, where there is no KEDA: never to nothing. */
export function autoscaler(workload: Workload): KubernetesObject {
  const { service, scale } = workload;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: service, labels: selectorOf(service) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service },
      minReplicas: Math.max(1, scale.least),
      maxReplicas: scale.most,
      behavior: BEHAVIOR,
      metrics: subscriptionsOf(workload).flatMap((subscription) => [
        external(subscription, BACKLOG, scale.backlog),
        external(subscription, AGE, scale.ageSeconds),
      ]),
    },
  };
}

function external(subscription: string, measure: string, averageValue: number): object {
  return {
    type: 'External',
    external: {
      metric: {
        name: `pubsub.googleapis.com|subscription|${measure}`,
        selector: { matchLabels: { 'resource.labels.subscription_id': subscription } },
      },
      target: { type: 'AverageValue', averageValue: String(averageValue) },
    },
  };
}
