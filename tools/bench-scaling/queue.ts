/** A message on a topic. */
export interface Message {
  readonly topic: string;
  /** Ordering key; the empty one orders nothing. */
  readonly key: string;
  /** Whether a drift alarm began its cascade. */
  readonly ofAlarm: boolean;
}

/** A message as one subscription holds it. */
export interface Held {
  readonly message: Message;
  readonly publishedAt: number;
  /** What it waits behind: its key, or nothing but itself. */
  readonly lane: string;
}

/** What a subscription holds: unacknowledged messages, those of a key one at a time and in order. */
export class Queue {
  /** Unacknowledged, in order of publication. */
  private readonly unacknowledged = new Set<Held>();
  private readonly waiting = new Map<string, Held[]>();
  private readonly inHand = new Set<string>();
  /** Keys of which a message may be taken, in the order in which they became so. */
  private readonly ready = new Set<string>();
  private unkeyed = 0;

  constructor(private readonly ordered: boolean) {}

  publish(message: Message, now: number): void {
    // Without an order each message is alone.
    const lane = this.ordered && message.key !== '' ? message.key : `#${this.unkeyed++}`;
    const held = { message, publishedAt: now, lane };
    this.unacknowledged.add(held);
    const waiting = this.waiting.get(lane);
    if (waiting) waiting.push(held);
    else this.waiting.set(lane, [held]);
    if (!this.inHand.has(lane)) this.ready.add(lane);
  }

  /** Whether a message may be handled now. */
  get available(): boolean {
    return this.ready.size > 0;
  }

  /**
   * Hands out the next message.
   *
   * @throws Error where none is available
   */
  take(): Held {
    const [lane = ''] = this.ready;
    const [held, ...rest] = this.waiting.get(lane) ?? [];
    if (!held) throw new Error('no message of this queue may be handled now; ask whether one is available first');
    this.ready.delete(lane);
    if (rest.length === 0) this.waiting.delete(lane);
    else this.waiting.set(lane, rest);
    this.inHand.add(lane);
    return held;
  }

  acknowledge(held: Held): void {
    this.unacknowledged.delete(held);
    this.free(held);
  }

  /** What was taken comes again, before what follows in its key. */
  giveBack(held: Held): void {
    this.waiting.set(held.lane, [held, ...(this.waiting.get(held.lane) ?? [])]);
    this.free(held);
  }

  /** Unacknowledged messages, those in work included. */
  get backlog(): number {
    return this.unacknowledged.size;
  }

  /** Seconds for which the oldest has waited; 0 where there is none. */
  ageAt(now: number): number {
    const [oldest] = this.unacknowledged;
    return oldest ? now - oldest.publishedAt : 0;
  }

  private free({ lane }: Held): void {
    this.inHand.delete(lane);
    if (this.waiting.has(lane)) this.ready.add(lane);
  }
}
