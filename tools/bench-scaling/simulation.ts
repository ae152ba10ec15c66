import {
  allSubscriptions,
  driftDetected,
  featuresComputed,
  barsIngested,
  forecastMade,
  ingestionRequested,
  marketClosed,
  modelReady,
  type ServiceName,
  SERVICES,
  type Subscription,
  subscriptions,
} from '@closing-bell/contracts';
import { calendarOf } from '@closing-bell/market';
import { ASSUMED, WAITS, type Waits } from './assumptions';
import { HorizontalAutoscaler, type Reading } from './autoscaler';
import { Deployment, type Toll } from './deployment';
import { Events } from './events';
import { LateMeasure } from './late-measure';
import { type Held, type Message, Queue } from './queue';
import { type Rule, type Scaling, scalingByHpa, scalingByKeda } from './scaling-rules';
import { type Scenario } from './scenario';
import { type ServiceTimes } from './service-times';

const DAY = 24 * 3600;
const PICTURE_SECONDS = 5;

/** One moment of a service. */
export interface Point {
  /** Seconds after the scheduler's message. */
  readonly at: number;
  readonly ready: number;
  readonly placed: number;
  readonly backlog: number;
}

/** What a close came to. */
export interface Outcome {
  /** Seconds after the scheduler's message at which each symbol's forecast was published, ascending. */
  readonly forecasts: readonly number[];
  /** When the last row was in the warehouse: the forecasts' own, and those of alarms' cascades. */
  readonly lastForecastRow: number;
  readonly lastRow: number;
  /** Messages handled by subscription. */
  readonly handled: Readonly<Record<string, number>>;
  /** Messages published by subscription. */
  readonly published: Readonly<Record<string, number>>;
  readonly points: Readonly<Record<ServiceName, readonly Point[]>>;
  /** Seconds of pods on a node over a day with this close. */
  readonly podSeconds: Readonly<Record<ServiceName, number>>;
}

interface Service {
  readonly scaling: Scaling;
  readonly autoscaler: HorizontalAutoscaler;
  readonly deployment: Deployment;
  readonly queues: readonly { readonly subscription: Subscription; readonly queue: Queue }[];
  activeAt: number;
}

/**
 * Simulates a close from five minutes before the scheduler's message until nothing is left to do and every pod that goes has gone.
 *
 * @param random uniform on [0, 1)
 * @throws Error when it has not ended after a day
 */
export function simulateClose(scenario: Scenario, times: ServiceTimes, random: () => number): Outcome {
  const calendar = calendarOf('XNYS');
  const between = ([from, to]: readonly [number, number]) => from + (to - from) * random();
  const scalingOf = new Map(
    scenario.workloads.map((workload) => {
      if (scenario.scaledBy === 'hpa') return [workload.service, scalingByHpa(workload)];
      const scaling = scalingByKeda(workload, calendar);
      return [workload.service, scenario.warmPods > 0 ? scaling : { ...scaling, warm: undefined }];
    }),
  );
  const begin = -Math.max(0, ...[...scalingOf.values()].map(({ warm }) => warm?.before ?? 0)) - ASSUMED.lagSeconds[1];
  const events = new Events(begin);

  const queues = new Map(allSubscriptions.map((subscription) => [subscription.name, new Queue(subscription.ordered)]));
  const queueOf = (name: string): Queue => queues.get(name) as Queue;
  const handled: Record<string, number> = {};
  const published: Record<string, number> = {};
  const forecasts: number[] = [];
  let lastForecastRow = 0;
  let lastRow = 0;
  const symbols = Array.from({ length: scenario.symbols }, (_, index) => `symbol-${index}`);
  const training = chosen(symbols, scenario.trains, random);
  const alarming = chosen(symbols, scenario.alarms, random);

  const publish = (message: Message): void => {
    for (const { name, topic } of allSubscriptions) {
      if (topic !== message.topic) continue;
      published[name] = (published[name] ?? 0) + 1;
      queueOf(name).publish(message, events.now);
    }
    for (const { deployment, queues: own } of services.values())
      if (own.some(({ subscription }) => subscription.topic === message.topic)) deployment.dispatch();
  };

  const tollOf = ({ name }: Subscription, { message }: Held): Toll => {
    const measured = times[scenario.take][name];
    const trains =
      (name === subscriptions.trainer.featuresComputed.name && training.has(message.key)) ||
      name === subscriptions.trainer.driftDetected.name;
    const waits = WAITS[name] ?? { appends: 1 };
    return {
      asksVendor: waits.vendor ?? false,
      waitSeconds: waitSeconds(waits) * between(ASSUMED.spread),
      coreSeconds:
        ((measured?.cpuMilliseconds ?? 0) / 1000 + (trains ? times.training.cpuSeconds : 0)) * between(ASSUMED.spread),
    };
  };

  const onHandled = ({ name, service }: Subscription, { message }: Held): void => {
    handled[name] = (handled[name] ?? 0) + 1;
    const follow = (topic: string, also: Partial<Message> = {}): void => publish({ ...message, topic, ...also });
    switch (name) {
      case subscriptions.ingestor.marketClosed.name:
        for (const key of symbols) follow(ingestionRequested.name, { key });
        break;
      case subscriptions.ingestor.ingestionRequested.name:
        follow(barsIngested.name);
        break;
      case subscriptions.featureService.barsIngested.name:
        follow(featuresComputed.name);
        break;
      case subscriptions.trainer.featuresComputed.name:
      case subscriptions.trainer.driftDetected.name:
        follow(modelReady.name);
        break;
      case subscriptions.predictor.modelReady.name:
        if (!message.ofAlarm) forecasts.push(events.now);
        follow(forecastMade.name);
        break;
      case subscriptions.monitor.forecastMade.name:
        if (!message.ofAlarm) {
          lastForecastRow = events.now;
          if (alarming.has(message.key)) follow(driftDetected.name, { ofAlarm: true });
        }
        break;
    }
    if (service === 'monitor') lastRow = events.now;
  };

  const services = new Map<ServiceName, Service>();
  for (const workload of scenario.workloads) {
    const { service } = workload;
    const scaling = scalingOf.get(service) as Scaling;
    const own = allSubscriptions
      .filter((subscription) => subscription.service === service)
      .map((subscription) => ({
        subscription:
          service === 'trainer' && scenario.trainerConcurrency !== undefined
            ? { ...subscription, concurrency: scenario.trainerConcurrency }
            : subscription,
        queue: queueOf(subscription.name),
      }));
    const deployment = new Deployment({
      events,
      workload,
      queues: own,
      tollOf,
      onHandled,
      nodeSeconds: () => between(scenario.nodeSeconds),
      startCoreSeconds: times.processes[service].startCpuSeconds,
      vendorSpacingSeconds: scenario.vendorSpacingSeconds,
    });
    const autoscaler = new HorizontalAutoscaler(Math.max(1, scaling.least), scaling.most, scaling.behavior);
    services.set(service, { scaling, autoscaler, deployment, queues: own, activeAt: begin });
    deployment.scale(scaling.least);
  }

  const measures = watchBy(events, queues, () => between(ASSUMED.lagSeconds), random);
  for (const service of services.values()) scaleBy(service, scenario.warmPods, events, measures, random);

  const points = Object.fromEntries(SERVICES.map((service) => [service, [] as Point[]])) as Record<
    ServiceName,
    Point[]
  >;
  const picture = (): void => {
    for (const [name, { deployment, queues: own }] of services) {
      const backlog = own.reduce((sum, { queue }) => sum + queue.backlog, 0);
      points[name].push({ at: events.now, ready: deployment.ready, placed: deployment.placed, backlog });
    }
  };
  events.every(PICTURE_SECONDS, picture);
  events.after(-begin, () => publish({ topic: marketClosed.name, key: '', ofAlarm: false }));
  for (const seconds of scenario.preemptions)
    events.after(seconds - begin, () => services.get('trainer')?.deployment.preempt());

  const idle = () => [...queues.values()].every(({ backlog }) => backlog === 0);
  const gone = () =>
    [...services.values()].every(
      ({ deployment, scaling }) => deployment.placed === scaling.least && deployment.replicas === scaling.least,
    );
  events.runUntil(() => events.now > 0 && forecasts.length === scenario.symbols && idle() && gone(), DAY);
  picture();

  const rest = DAY - (events.now - begin);
  return {
    forecasts: forecasts.sort((a, b) => a - b),
    lastForecastRow,
    lastRow,
    handled,
    published,
    points,
    podSeconds: Object.fromEntries(
      [...services].map(([name, { deployment, scaling }]) => [name, deployment.podSeconds + rest * scaling.least]),
    ) as Record<ServiceName, number>,
  };
}

/** So many of the symbols, drawn without repetition: a share of them, rounded. */
function chosen(symbols: readonly string[], share: number, random: () => number): ReadonlySet<string> {
  const drawn = symbols.map((symbol) => ({ symbol, by: random() })).sort((a, b) => a.by - b.by);
  return new Set(drawn.slice(0, Math.round(share * symbols.length)).map(({ symbol }) => symbol));
}

function waitSeconds({ objects = 0, appends = 0, queries = 0, vendor = false }: Waits): number {
  const { objectSeconds, appendSeconds, querySeconds, vendorSeconds, publishSeconds } = ASSUMED;
  return (
    objects * objectSeconds +
    appends * appendSeconds +
    queries * querySeconds +
    (vendor ? vendorSeconds : 0) +
    publishSeconds
  );
}

type Measures = Readonly<Record<Rule['measure'], ReadonlyMap<string, LateMeasure>>>;

/** Lets Cloud Monitoring sample all subscriptions, each at its own second of the minute. */
function watchBy(
  events: Events,
  queues: ReadonlyMap<string, Queue>,
  lag: () => number,
  random: () => number,
): Measures {
  const measures = { backlog: new Map<string, LateMeasure>(), age: new Map<string, LateMeasure>() };
  for (const [name, queue] of queues) {
    const [backlog, age] = [new LateMeasure(), new LateMeasure()];
    measures.backlog.set(name, backlog);
    measures.age.set(name, age);
    events.after(ASSUMED.sampleSeconds * random(), () =>
      events.every(ASSUMED.sampleSeconds, () => {
        backlog.sample(events.now, queue.backlog, lag());
        age.sample(events.now, queue.ageAt(events.now), lag());
      }),
    );
  }
  return measures;
}

/** Lets KEDA and Kubernetes' autoscaler look at a service from time to time. */
function scaleBy(service: Service, warmPods: number, events: Events, measures: Measures, random: () => number): void {
  const { scaling, deployment, autoscaler } = service;
  const isWarm = () =>
    scaling.warm !== undefined && events.now >= -scaling.warm.before && events.now < scaling.warm.after;
  // KEDA's cron trigger is a measure of so many pods, each with a target of one.
  const readingsNow = (): Reading[] => [
    ...scaling.rules.map((rule) => readingOf(rule, measures, events.now)),
    { value: isWarm() ? warmPods : 0, target: 1 },
  ];
  events.after(ASSUMED.autoscalerSeconds * random(), () =>
    events.every(ASSUMED.autoscalerSeconds, () => {
      // An autoscaler leaves alone what has no pods.
      if (deployment.replicas > 0) deployment.scale(autoscaler.decide(events.now, deployment.replicas, readingsNow()));
    }),
  );
  const { toZero } = scaling;
  if (!toZero) return;
  events.after(toZero.pollingSeconds * random(), () =>
    events.every(toZero.pollingSeconds, () => {
      const active = readingsNow().some(({ value }) => value > 0);
      if (active) service.activeAt = events.now;
      if (active && deployment.replicas === 0) deployment.scale(1);
      if (!active && events.now - service.activeAt >= toZero.cooldownSeconds && deployment.replicas > scaling.least)
        deployment.scale(scaling.least);
    }),
  );
}

/** What a rule's query answers at this moment; see the queries in tools/kubernetes/scaling.ts. */
function readingOf(
  { measure, subscriptions: names, target, boundedByBacklog }: Rule,
  measures: Measures,
  now: number,
): Reading {
  const of = (which: Rule['measure']) => names.map((name) => measures[which].get(name)?.at(now) ?? 0);
  const backlog = of('backlog').reduce((sum, value) => sum + value, 0);
  if (measure === 'backlog') return { value: backlog, target };
  const age = Math.max(...of('age'));
  return { value: boundedByBacklog ? Math.min(age, backlog * target) : age, target };
}
