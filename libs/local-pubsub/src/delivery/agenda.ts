import { type Clock } from '../clock';

/** Items that fall due within the same tick share a slot. Milliseconds. */
const TICK = 10;

/**
 * Things to look at later, due at the first tick at or after their time. Adding is O(1) for a tick that is already there;
 * nothing is ever removed early: whoever is told that an item is due checks whether it still matters.
 */
export class Agenda<T> {
  readonly #slots = new Map<number, T[]>();
  /** Binary min-heap of the slots' ticks. */
  readonly #ticks: number[] = [];
  #armedFor = Infinity;
  #disarm: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly due: (item: T) => void,
  ) {}

  /** `at`: milliseconds since 1970. */
  add(at: number, item: T): void {
    const tick = Math.ceil(at / TICK);
    const slot = this.#slots.get(tick);
    if (slot) {
      slot.push(item);
      return;
    }
    this.#slots.set(tick, [item]);
    this.#pushTick(tick);
    if (tick < this.#armedFor) this.#arm();
  }

  clear(): void {
    this.#slots.clear();
    this.#ticks.length = 0;
    this.#arm();
  }

  #arm(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    const first = this.#ticks[0];
    this.#armedFor = first ?? Infinity;
    if (first !== undefined) {
      this.#disarm = this.clock.schedule(Math.max(0, first * TICK - this.clock.now()), () => this.#run());
    }
  }

  #run(): void {
    this.#disarm = undefined;
    const now = this.clock.now();
    for (let tick = this.#ticks[0]; tick !== undefined && tick * TICK <= now; tick = this.#ticks[0]) {
      this.#popTick();
      const slot = this.#slots.get(tick) ?? [];
      this.#slots.delete(tick);
      for (const item of slot) this.due(item);
    }
    this.#arm();
  }

  #pushTick(tick: number): void {
    const heap = this.#ticks;
    let index = heap.push(tick) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] ?? -Infinity;
      if (above <= tick) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = tick;
  }

  #popTick(): void {
    const heap = this.#ticks;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if ((heap[child + 1] ?? Infinity) < (heap[child] ?? Infinity)) child++;
      const below = heap[child] ?? Infinity;
      if (last <= below) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}
