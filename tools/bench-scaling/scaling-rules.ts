import { allSubscriptions } from '@closing-bell/contracts';
import { type ExchangeCalendar } from '@closing-bell/market';
import { autoscaler, scaledObject } from '../kubernetes/scaling';
import { schedulerJobs, warmSpan } from '../kubernetes/schedule';
import { type Workload } from '../kubernetes/workloads';
import { type Behavior } from './autoscaler';

/** One number that a scaler looks at, of one or several subscriptions, and how much of it is there for one pod. */
export interface Rule {
  readonly measure: 'backlog' | 'age';
  readonly subscriptions: readonly string[];
  readonly target: number;
  /** Whether an age never asks for more pods than there are messages. */
  readonly boundedByBacklog: boolean;
}

/** How a service is scaled: what its manifest says, as numbers. */
export interface Scaling {
  readonly least: number;
  readonly most: number;
  readonly behavior: Behavior;
  readonly rules: readonly Rule[];
  /** Of KEDA alone: how often it looks whether there is anything, and how long after the last it takes the last pod away. */
  readonly toZero: { readonly pollingSeconds: number; readonly cooldownSeconds: number } | undefined;
  /** Seconds before and after the scheduler's message between which one pod is held ready. */
  readonly warm: { readonly before: number; readonly after: number } | undefined;
}

interface ScaledObjectSpec {
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly pollingInterval: number;
  readonly cooldownPeriod: number;
  readonly advanced: { readonly horizontalPodAutoscalerConfig: { readonly behavior: Behavior } };
  readonly triggers: readonly { readonly type: string; readonly metadata: Readonly<Record<string, string>> }[];
}

interface AutoscalerSpec {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly behavior: Behavior;
  readonly metrics: readonly {
    readonly external: {
      readonly metric: {
        readonly name: string;
        readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
      };
      readonly target: { readonly averageValue: string };
    };
  }[];
}

const measureIn = (text: string): Rule['measure'] => (text.includes('oldest_unacked_message_age') ? 'age' : 'backlog');

/** Reads the ScaledObject that is generated for a service. */
export function scalingByKeda(workload: Workload, calendar: ExchangeCalendar): Scaling {
  const spec = scaledObject(workload, calendar, 'simulated')['spec'] as ScaledObjectSpec;
  const subscriptions = allSubscriptions.filter(({ service }) => service === workload.service).map(({ name }) => name);
  return {
    least: spec.minReplicaCount,
    most: spec.maxReplicaCount,
    behavior: spec.advanced.horizontalPodAutoscalerConfig.behavior,
    rules: spec.triggers
      .filter(({ type }) => type === 'prometheus')
      .map(({ metadata }) => ({
        measure: measureIn(metadata['query'] ?? ''),
        subscriptions,
        target: Number(metadata['threshold']),
        boundedByBacklog: true,
      })),
    toZero: { pollingSeconds: spec.pollingInterval, cooldownSeconds: spec.cooldownPeriod },
    warm: spec.triggers.some(({ type }) => type === 'cron') ? warmSeconds(calendar) : undefined,
  };
}

/** Reads the HorizontalPodAutoscaler that is generated for a service. */
export function scalingByHpa(workload: Workload): Scaling {
  const spec = autoscaler(workload)['spec'] as AutoscalerSpec;
  return {
    least: spec.minReplicas,
    most: spec.maxReplicas,
    behavior: spec.behavior,
    rules: spec.metrics.map(({ external: { metric, target } }) => ({
      measure: measureIn(metric.name),
      subscriptions: Object.values(metric.selector.matchLabels),
      target: Number(target.averageValue),
      boundedByBacklog: false,
    })),
    toZero: undefined,
    warm: undefined,
  };
}

function warmSeconds(calendar: ExchangeCalendar): { before: number; after: number } {
  const span = warmSpan(calendar);
  const spoken = secondOfDay(schedulerJobs(calendar)[0]?.schedule ?? '');
  return { before: spoken - secondOfDay(span.start), after: secondOfDay(span.end) - spoken };
}

/** Seconds after midnight of a cron expression that names a minute and an hour. */
function secondOfDay(cron: string): number {
  const [minute, hour] = cron.split(' ').map(Number);
  if (minute === undefined || hour === undefined || Number.isNaN(minute) || Number.isNaN(hour))
    throw new Error(`"${cron}" names no minute and hour`);
  return 3600 * hour + 60 * minute;
}
