interface Event {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** Simulated time in seconds, and what is to happen at which. What is due at the same moment happens in the order in which it was said. */
export class Events {
  private readonly heap: Event[] = [];
  private said = 0;

  /** @param now where time begins */
  constructor(public now: number) {}

  after(seconds: number, action: () => void): void {
    this.push({ at: this.now + seconds, order: this.said++, action });
  }

  /** Does an action now and after each span of time from then on. */
  every(seconds: number, action: () => void): void {
    action();
    this.after(seconds, () => this.every(seconds, action));
  }

  /**
   * Lets things happen until the condition holds or nothing is left.
   *
   * @throws Error when it does not hold before the limit
   */
  runUntil(condition: () => boolean, limit: number): void {
    while (!condition()) {
      const next = this.pop();
      if (!next) return;
      if (next.at > limit) throw new Error(`the simulation has not ended after ${limit} s; something is never handled`);
      this.now = next.at;
      next.action();
    }
  }

  private push(event: Event): void {
    const { heap } = this;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!before(event, heap[above] as Event)) break;
      heap[at] = heap[above] as Event;
      at = above;
    }
    heap[at] = event;
  }

  private pop(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && before(heap[below + 1] as Event, heap[below] as Event)) below += 1;
      if (!before(heap[below] as Event, last)) break;
      heap[at] = heap[below] as Event;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
