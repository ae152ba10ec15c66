import { type Workload } from '../kubernetes/workloads';

/** One close, and what it meets. */
export interface Scenario {
  readonly name: string;
  readonly symbols: number;
  readonly workloads: readonly Workload[];
  readonly scaledBy: 'keda' | 'hpa';
  /** Whether KEDA holds a pod of each service ready before the close, as its cron trigger says. */
  readonly warm: boolean;
  /** Share of the symbols whose decision after the close trains: a champion too old, or none. */
  readonly trains: number;
  /** Share of the symbols that alarm after their forecast, each of which is trained in a cascade of its own. */
  readonly alarms: number;
  /** Seconds until there is room for one more pod: between these, drawn for each. */
  readonly nodeSeconds: readonly [number, number];
  /** Seconds between the starts of a pod's requests to the source of bars. */
  readonly vendorSpacingSeconds: number;
  /** Seconds after the scheduler's message at which a trainer's machine is taken away. */
  readonly preemptions: readonly number[];
}
