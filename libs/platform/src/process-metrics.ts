import { collectDefaultMetrics, Counter, Gauge, type Registry } from 'prom-client';
import { type Lifecycle, LIFECYCLE_STATES } from './lifecycle';

export interface ProcessFacts {
  readonly version: string;
  readonly commit: string | undefined;
  readonly lifecycle: Lifecycle;
}

/** What every service says of its process: Node's own metrics, the build, the lifecycle, how busy the event loop is. */
export function registerProcessMetrics(registry: Registry, { version, commit, lifecycle }: ProcessFacts): void {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'closing_bell_build_info',
    help: 'Always 1; the labels say which code runs.',
    labelNames: ['version', 'commit'],
    registers,
  }).set({ version, commit: commit ?? 'unknown' }, 1);
  new Gauge({
    name: 'closing_bell_lifecycle_state',
    help: '1 for the state that the service is in, 0 for the others.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of LIFECYCLE_STATES) this.set({ state }, state === lifecycle.state ? 1 : 0);
    },
  });
  // A counter rather than a share: its rate is right for any number of scrapers and any span.
  new Counter({
    name: 'closing_bell_event_loop_active_seconds_total',
    help: 'Time in which the event loop was at work; its rate is the utilisation, from 0 to 1.',
    registers,
    collect() {
      this.reset();
      this.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
}

/** Counts what is published, for the publisher's hook. */
export function publicationCounter(registry: Registry): (topic: string, accepted: boolean) => void {
  const publications = new Counter({
    name: 'closing_bell_publications_total',
    help: 'Attempts to publish a message, by topic; outcome: accepted by Pub/Sub, or failed.',
    labelNames: ['topic', 'outcome'],
    registers: [registry],
  });
  return (topic, accepted) => publications.inc({ topic, outcome: accepted ? 'accepted' : 'failed' });
}
