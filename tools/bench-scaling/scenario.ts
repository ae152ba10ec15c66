import { calendarOf, YAHOO_REQUEST_SPACING_MS } from '@closing-bell/market';
import { type Workload, WORKLOADS } from '../kubernetes/workloads';
import { ASSUMED } from './assumptions';
import { SESSIONS_A_MONTH } from './prices';

/** One close, and what it meets. */
export interface Scenario {
  readonly name: string;
  readonly symbols: number;
  readonly workloads: readonly Workload[];
  readonly scaledBy: 'keda' | 'hpa';
  /** Pods of each service that KEDA's cron trigger holds ready before the close; 0: there is no such trigger. */
  readonly warmPods: number;
  /** What messages take: as in the first close of processes that have just started, or as in later ones. */
  readonly take: 'cold' | 'warm';
  /** Share of the symbols whose decision after the close trains: a champion too old, or none. */
  readonly trains: number;
  /** Share of the symbols that alarm after their forecast, each of which is trained in a cascade of its own. */
  readonly alarms: number;
  /** Messages of one subscription that a trainer handles at once; undefined: what the topology says. */
  readonly trainerConcurrency?: number;
  /** Seconds until there is room for one more pod: between these, drawn for each. */
  readonly nodeSeconds: readonly [number, number];
  /** Seconds between the starts of a pod's requests to the source of bars. */
  readonly vendorSpacingSeconds: number;
  /** Seconds after the scheduler's message at which a trainer's machine is taken away. */
  readonly preemptions: readonly number[];
}

/** What a backtest of the index found: trainings, and those of them with drift among their reasons (decision 17). */
export const BACKTEST = { from: '2015-12-31', to: '2020-04-02', trainings: 46, ofDrift: 12 } as const;
/** Alarms a month and stock in 2017, of thirty stocks (docs/benchmarks/drift.md). */
export const ALARMS_A_MONTH = 0.27;

/** A usual close of so many symbols, as it is deployed. */
export function ordinaryClose(symbols: number): Scenario {
  const sessions = calendarOf('XNYS').sessionsBetween(BACKTEST.from, BACKTEST.to).length;
  return {
    name: 'as deployed: KEDA, a pod of each held ready',
    symbols,
    workloads: WORKLOADS,
    scaledBy: 'keda',
    warmPods: 1,
    take: 'cold',
    trains: (BACKTEST.trainings - BACKTEST.ofDrift) / sessions,
    alarms: ALARMS_A_MONTH / SESSIONS_A_MONTH,
    nodeSeconds: ASSUMED.nodeSeconds,
    vendorSpacingSeconds: YAHOO_REQUEST_SPACING_MS / 1000,
    preemptions: [],
  };
}

/** What else a close may meet. */
export function otherCloses(symbols: number): Scenario[] {
  const usual = ordinaryClose(symbols);
  const drifting = { ...usual, alarms: 0.1 };
  return [
    { ...usual, name: 'KEDA from zero, without the cron trigger', warmPods: 0 },
    { ...usual, name: 'Kubernetes’ own autoscaler, a pod of each all day', scaledBy: 'hpa' },
    { ...usual, name: 'room for pods at once, no node to wait for', nodeSeconds: [0, 0] },
    { ...usual, name: 'a source of bars without a spacing of requests', vendorSpacingSeconds: 0 },
    { ...usual, name: 'messages take what they do in later closes', take: 'warm' },
    { ...drifting, name: '10 % of the symbols alarm and are trained' },
    { ...drifting, name: 'the same, trainers’ machines taken away after 4 and 16 minutes', preemptions: [240, 960] },
    { ...usual, name: 'all are trained: the first close, or models of one age', trains: 1, alarms: 0 },
  ];
}

type Settings = Partial<Pick<Workload, 'cpu' | 'memory'> & Workload['scale']>;

/** The workloads, some of whose settings are others. */
function withSettings(changes: Partial<Record<Workload['service'], Settings>>): Workload[] {
  return WORKLOADS.map((workload) => {
    const { cpu = workload.cpu, memory = workload.memory, ...scale } = changes[workload.service] ?? {};
    return { ...workload, cpu, memory, scale: { ...workload.scale, ...scale } };
  });
}

/** Closes with other settings. */
export function alternatives(symbols: number): Scenario[] {
  const usual = ordinaryClose(symbols);
  const twiceAsMany = Object.fromEntries(WORKLOADS.map(({ service, scale }) => [service, { most: 2 * scale.most }]));
  const everyCpu = (factor: number) =>
    withSettings(Object.fromEntries(WORKLOADS.map(({ service, cpu }) => [service, { cpu: factor * cpu }])));
  const changed = (name: string, changes: Parameters<typeof withSettings>[0]): Scenario => ({
    ...usual,
    name,
    workloads: withSettings(changes),
  });
  return [
    { ...usual, name: 'two pods of each held ready', warmPods: 2 },
    { ...usual, name: 'a trainer handles 4 messages of a subscription at once', trainerConcurrency: 4 },
    changed('feature-service 250, predictor 500', {
      'feature-service': { cpu: 250, memory: 512 },
      predictor: { cpu: 500, memory: 512 },
    }),
    changed('feature-service 1000', { 'feature-service': { cpu: 1000, memory: 1024 } }),
    changed('ingestor 500', { ingestor: { cpu: 500 } }),
    changed('trainer 500', { trainer: { cpu: 500 } }),
    changed('monitor 1000', { monitor: { cpu: 1000 } }),
    changed(
      'a pod for half the backlog',
      Object.fromEntries(WORKLOADS.map(({ service, scale }) => [service, { backlog: scale.backlog / 2 }])),
    ),
    changed('at most twice as many pods', twiceAsMany),
    { ...usual, name: 'every service half', workloads: everyCpu(0.5) },
    { ...usual, name: 'every service twice', workloads: everyCpu(2) },
  ];
}
