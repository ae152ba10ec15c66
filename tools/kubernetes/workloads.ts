import { type ServiceName } from '@closing-bell/contracts';

/** How one service runs in a cluster. */
export interface Workload {
  readonly service: ServiceName;
  /** What a pod asks for: CPU in thousandths of a core, memory in MiB. Billed by the second on Autopilot. */
  readonly cpu: number;
  readonly memory: number;
  /** Memory at which a pod is killed, MiB. CPU has no limit: a throttled event loop renews no lease. */
  readonly memoryLimit: number;
  /** MiB of the writable folder /tmp, the only one. */
  readonly scratch: number;
  /** Seconds that running handlers may take on SIGTERM. */
  readonly drainSeconds: number;
  /** Whether it runs where Google may take the machine away, for a fraction of the price. */
  readonly spot: boolean;
  readonly scale: Scale;
}

/** When pods are added. The number is the larger of what the two measures ask for. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  /** Unacknowledged messages of all the service's subscriptions for which there is one pod. Those in work count. */
  readonly backlog: number;
  /** Seconds that the oldest of them has waited for which there is one pod. */
  readonly ageSeconds: number;
}

/** After the drain's limit a process ends by itself within this time; see runService. */
export const FORCED_END_SECONDS = 5;
/** A Spot node gives pods no longer than this; source: GKE, Spot VMs, termination. */
export const SPOT_GRACE_SECONDS = 15;

const QUICK = { scratch: 256, drainSeconds: 20, spot: false } as const;

/**
 * The five services. Memory is at least the peak that was measured, with a quarter on top; CPU what one pod of each needs to bring a close
 * of 500 symbols to its end within ten minutes, before Cloud Monitoring has said much of it (docs/benchmarks/scaling.md).
 */
export const WORKLOADS: readonly Workload[] = [
  {
    ...QUICK,
    service: 'ingestor',
    cpu: 250,
    memory: 512,
    memoryLimit: 1024,
    // Few, for vendors count requests; and many messages a pod, for a request is mostly waiting.
    scale: { least: 0, most: 4, backlog: 100, ageSeconds: 120 },
  },
  {
    ...QUICK,
    service: 'feature-service',
    // A pod that was away computes a symbol's whole history anew; with less it is what all others wait for.
    cpu: 500,
    memory: 896,
    memoryLimit: 1536,
    scale: { least: 0, most: 6, backlog: 100, ageSeconds: 120 },
  },
  {
    service: 'trainer',
    cpu: 1000,
    memory: 1024,
    memoryLimit: 2048,
    scratch: 512,
    // Drain and forced end together must fit into what a Spot node gives.
    drainSeconds: 8,
    spot: true,
    // Most decisions take milliseconds, one in dozens trains for seconds.
    scale: { least: 0, most: 10, backlog: 25, ageSeconds: 60 },
  },
  {
    ...QUICK,
    service: 'predictor',
    // Its first forecast of a symbol takes most of a core second. Autopilot wants a GiB for each core.
    cpu: 1000,
    memory: 1024,
    memoryLimit: 1536,
    scale: { least: 0, most: 8, backlog: 50, ageSeconds: 60 },
  },
  {
    ...QUICK,
    service: 'monitor',
    cpu: 500,
    memory: 1024,
    memoryLimit: 2048,
    // It answers people, too, and is never away.
    scale: { least: 1, most: 4, backlog: 1000, ageSeconds: 180 },
  },
];

/** Seconds between SIGTERM and SIGKILL. */
export function graceSeconds({ drainSeconds, spot }: Workload): number {
  return spot ? SPOT_GRACE_SECONDS : drainSeconds + 2 * FORCED_END_SECONDS;
}
