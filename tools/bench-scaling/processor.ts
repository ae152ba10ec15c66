import { type Events } from './events';

/** CPU work that a processor has taken on. */
export interface Work {
  /** Core seconds that are left. */
  remaining: number;
  readonly done: () => void;
}

/** A share of a core, divided evenly between all that runs on it. */
export class Processor {
  private readonly running = new Set<Work>();
  private countedAt: number;
  private plan = 0;

  /** @param cores how much of a core there is */
  constructor(
    private readonly events: Events,
    private readonly cores: number,
  ) {
    this.countedAt = events.now;
  }

  /** Takes on so many core seconds. */
  run(coreSeconds: number, done: () => void): Work {
    this.count();
    const work = { remaining: coreSeconds, done };
    this.running.add(work);
    this.planNext();
    return work;
  }

  cancel(work: Work): void {
    this.count();
    this.running.delete(work);
    this.planNext();
  }

  private count(): void {
    const each = ((this.events.now - this.countedAt) * this.cores) / (this.running.size || 1);
    for (const work of this.running) work.remaining -= each;
    this.countedAt = this.events.now;
  }

  private planNext(): void {
    this.plan += 1;
    const { plan } = this;
    let next: Work | undefined;
    for (const work of this.running) if (!next || work.remaining < next.remaining) next = work;
    if (!next) return;
    const first = next;
    this.events.after((Math.max(0, first.remaining) * this.running.size) / this.cores, () => {
      // Something came or went since: there is a later plan.
      if (plan !== this.plan) return;
      this.count();
      this.running.delete(first);
      this.planNext();
      first.done();
    });
  }
}
