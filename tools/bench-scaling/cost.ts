import { type Workload } from '../kubernetes/workloads';
import { HOURS_A_MONTH, podCost, SESSIONS_A_MONTH } from './prices';
import { type Outcome } from './simulation';

const DAY = 24 * 3600;

/** Dollars of one service's pods. */
export interface Cost {
  /** On a day with a close. */
  readonly day: number;
  /** Over a month: pods that are never away on all its days, what a close adds on its sessions. */
  readonly month: number;
}

/** What the pods of a service cost. always: pods that are there all day. */
export function costOf(workload: Workload, outcome: Outcome, always: number): Cost {
  const day = podCost(outcome.podSeconds[workload.service], workload);
  const standing = podCost(always * DAY, workload);
  const month = podCost(always * HOURS_A_MONTH * 3600, workload) + SESSIONS_A_MONTH * (day - standing);
  return { day, month };
}

/** What a scenario's pods cost altogether. */
export function totalCost(
  { workloads, scaledBy }: { workloads: readonly Workload[]; scaledBy: 'keda' | 'hpa' },
  outcome: Outcome,
): Cost {
  const costs = workloads.map((workload) => costOf(workload, outcome, alwaysThere(workload, scaledBy)));
  return {
    day: costs.reduce((sum, { day }) => sum + day, 0),
    month: costs.reduce((sum, { month }) => sum + month, 0),
  };
}

/** Pods that are there without a message: Kubernetes' own autoscaler keeps one at least. */
export function alwaysThere({ scale }: Workload, scaledBy: 'keda' | 'hpa'): number {
  return scaledBy === 'hpa' ? Math.max(1, scale.least) : scale.least;
}
