import { type Subscription } from '@closing-bell/contracts';
import { type Workload } from '../kubernetes/workloads';
import { type Events } from './events';
import { Processor, type Work } from './processor';
import { type Held, type Queue } from './queue';

/** What a message takes of a pod: seconds in which others are waited for, then core seconds. */
export interface Toll {
  /** Whether the source of bars is asked, which takes one question after the other of a pod. */
  readonly asksVendor: boolean;
  readonly waitSeconds: number;
  readonly coreSeconds: number;
}

/** What a Deployment needs of the world around it. */
export interface DeploymentOptions {
  readonly events: Events;
  readonly workload: Workload;
  readonly queues: readonly { readonly subscription: Subscription; readonly queue: Queue }[];
  readonly tollOf: (subscription: Subscription, held: Held) => Toll;
  /** Told of each message that was handled, before it is acknowledged. */
  readonly onHandled: (subscription: Subscription, held: Held) => void;
  /** Seconds until there is room for one more pod, its image there. */
  readonly nodeSeconds: () => number;
  /** Core seconds that a process takes until it is ready. */
  readonly startCoreSeconds: number;
  /** Seconds between the starts of two requests of a pod to the vendor. */
  readonly vendorSpacingSeconds: number;
}

interface Handling {
  readonly subscription: Subscription;
  readonly queue: Queue;
  readonly held: Held;
  work?: Work;
  ended: boolean;
}

interface Pod {
  state: 'pending' | 'starting' | 'ready' | 'draining' | 'gone';
  readonly processor: Processor;
  readonly handling: Set<Handling>;
  /** How many of them are of a subscription. */
  readonly busy: Map<Subscription, number>;
  /** From when it is paid for. */
  placedAt?: number;
  vendorFreeAt: number;
}

/** The pods of one service: started, given messages up to their subscriptions' concurrency, drained and counted. */
export class Deployment {
  private pods: Pod[] = [];
  private endedSeconds = 0;
  private wanted = 0;

  constructor(private readonly options: DeploymentOptions) {}

  /** Replicas that were last asked for. */
  get replicas(): number {
    return this.wanted;
  }

  /** Pods on a node, starting, ready and draining ones. */
  get placed(): number {
    return this.pods.filter(({ placedAt }) => placedAt !== undefined).length;
  }

  /** Pods that take messages. */
  get ready(): number {
    return this.pods.filter(({ state }) => state === 'ready').length;
  }

  /** Seconds of pods on a node up to now. */
  get podSeconds(): number {
    const { now } = this.options.events;
    return this.pods.reduce(
      (sum, { placedAt }) => sum + (placedAt === undefined ? 0 : now - placedAt),
      this.endedSeconds,
    );
  }

  scale(replicas: number): void {
    this.wanted = replicas;
    const alive = this.pods.filter(({ state }) => state !== 'draining');
    for (let count = alive.length; count < replicas; count += 1) this.start();
    // The youngest go first, those that do not run yet before all others.
    for (const pod of alive.slice(replicas).reverse()) this.drain(pod);
  }

  /** Gives a message to whoever is free, of all that the queues hold. */
  dispatch(): void {
    for (const { subscription, queue } of this.options.queues) {
      while (queue.available) {
        const pod = this.freest(subscription);
        if (!pod) break;
        this.handle(pod, { subscription, queue, held: queue.take(), ended: false });
      }
    }
  }

  /** Google takes a machine away: the busiest pod drains, and another is started in its place. */
  preempt(): void {
    const [busiest] = this.pods
      .filter(({ state }) => state === 'ready')
      .sort((a, b) => b.handling.size - a.handling.size);
    if (!busiest) return;
    this.drain(busiest);
    this.scale(this.wanted);
  }

  private start(): void {
    const { events, workload, nodeSeconds, startCoreSeconds } = this.options;
    const pod: Pod = {
      state: 'pending',
      processor: new Processor(events, workload.cpu / 1000),
      handling: new Set(),
      busy: new Map(),
      vendorFreeAt: 0,
    };
    this.pods.push(pod);
    events.after(nodeSeconds(), () => {
      if (pod.state !== 'pending') return;
      pod.state = 'starting';
      pod.placedAt = events.now;
      pod.processor.run(startCoreSeconds, () => {
        if (pod.state !== 'starting') return;
        pod.state = 'ready';
        this.dispatch();
      });
    });
  }

  private drain(pod: Pod): void {
    const { events, workload } = this.options;
    pod.state = 'draining';
    if (pod.handling.size === 0) return this.end(pod);
    events.after(workload.drainSeconds, () => this.end(pod));
  }

  private end(pod: Pod): void {
    if (pod.state === 'gone') return;
    pod.state = 'gone';
    for (const handling of pod.handling) {
      handling.ended = true;
      if (handling.work) pod.processor.cancel(handling.work);
      handling.queue.giveBack(handling.held);
    }
    this.pods = this.pods.filter((one) => one !== pod);
    if (pod.placedAt !== undefined) this.endedSeconds += this.options.events.now - pod.placedAt;
    this.dispatch();
  }

  private freest(subscription: Subscription): Pod | undefined {
    let best: { pod: Pod; busy: number } | undefined;
    for (const pod of this.pods) {
      if (pod.state !== 'ready') continue;
      const busy = pod.busy.get(subscription) ?? 0;
      if (busy < subscription.concurrency && (!best || busy < best.busy)) best = { pod, busy };
    }
    return best?.pod;
  }

  private handle(pod: Pod, handling: Handling): void {
    const { events, tollOf, vendorSpacingSeconds } = this.options;
    const { asksVendor, waitSeconds, coreSeconds } = tollOf(handling.subscription, handling.held);
    pod.handling.add(handling);
    pod.busy.set(handling.subscription, (pod.busy.get(handling.subscription) ?? 0) + 1);
    let turn = 0;
    if (asksVendor) {
      const startsAt = Math.max(events.now, pod.vendorFreeAt);
      pod.vendorFreeAt = startsAt + vendorSpacingSeconds;
      turn = startsAt - events.now;
    }
    events.after(turn + waitSeconds, () => {
      if (handling.ended) return;
      handling.work = pod.processor.run(coreSeconds, () => this.finish(pod, handling));
    });
  }

  private finish(pod: Pod, handling: Handling): void {
    const { subscription, queue, held } = handling;
    this.options.onHandled(subscription, held);
    queue.acknowledge(held);
    pod.handling.delete(handling);
    pod.busy.set(subscription, (pod.busy.get(subscription) ?? 0) - 1);
    if (pod.state === 'draining' && pod.handling.size === 0) this.end(pod);
    this.dispatch();
  }
}
