import { type Recorded } from './answers';

/** How long news are gathered before they are told: a close of many symbols is told in a few batches. */
const GATHERED_MILLISECONDS = 250;
/** More than this at once is told by topic and session, without symbols. */
const MOST_TOLD = 50;

type Listener = (news: readonly Recorded[]) => void;

/**
 * Tells whoever listens that something was recorded. This instance's share alone: where several instances of the monitor run, each
 * records and tells some, so that a page must also ask now and then.
 */
export class RecordedFeed {
  private readonly listeners = new Set<Listener>();
  private readonly gathered = new Map<string, Recorded>();
  private timer: NodeJS.Timeout | undefined;

  /** To be called when it is durable: whoever is told may ask for it. */
  tell(news: Recorded): void {
    if (this.listeners.size === 0) return;
    this.gathered.set(JSON.stringify(Object.values(news)), news);
    this.timer ??= setTimeout(() => this.flush(), GATHERED_MILLISECONDS);
  }

  /** Returns what ends the listening. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private flush(): void {
    this.timer = undefined;
    const all = [...this.gathered.values()];
    this.gathered.clear();
    const told = all.length > MOST_TOLD ? withoutSymbols(all) : all;
    for (const listener of this.listeners) listener(told);
  }
}

function withoutSymbols(news: readonly Recorded[]): Recorded[] {
  const kept = new Map(
    news.map((one) => [`${one.topic} ${one.session} ${one.correlationId}`, { ...one, symbol: null }]),
  );
  return [...kept.values()];
}
