import { PermanentError } from '@closing-bell/contracts';
import { type Delivered } from './registry-delivery';

/** Pauses after failures in a row: doubled from the first to the longest. */
const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 5 * 60_000;

interface BackgroundDependencies {
  /** Tells all of a model that was not told yet. */
  readonly deliver: (model: string, signal: AbortSignal) => Promise<Delivered>;
  /** Rejects with the signal's reason when it is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly onDelivered?: (model: string, delivered: Delivered) => void;
  /** permanent: it is not tried again until the model is woken. */
  readonly onFailure?: (failure: DeliveryFailure) => void;
  /** Told that the models could not be listed; it is tried again. */
  readonly onListingFailure?: (error: unknown) => void;
}

/** A delivery that did not come through. */
export interface DeliveryFailure {
  readonly model: string;
  readonly error: unknown;
  readonly permanent: boolean;
  /** Models that wait, this one among them. */
  readonly waiting: number;
}

/**
 * Delivers models one after another while other work goes on. What fails waits and is tried again, however long it takes; what
 * can never succeed does not keep others waiting.
 */
export class BackgroundDelivery {
  /** Models with something to tell, the first to be told first. */
  private readonly waiting = new Set<string>();
  private readonly stop = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly dependencies: BackgroundDependencies) {}

  /** A model may have something new to tell. Returns at once. */
  wake(model: string): void {
    if (this.stop.signal.aborted) return;
    this.waiting.add(model);
    // Later, so that whoever is told of it may wake another.
    this.running ??= Promise.resolve().then(() => this.run());
  }

  /**
   * Every model may have something new to tell, as when a process starts. Returns at once: where they lie may be away, and whoever starts
   * need not wait for it. Listing them is tried again until it comes through.
   */
  wakeAll(names: () => Promise<readonly string[]>): void {
    void this.wakeListed(names);
  }

  /** Resolves when nothing waits, or when it is closed. */
  async settled(): Promise<void> {
    await this.running;
  }

  /** Ends after the call that is under way; what is left is told by the next process that is started. */
  async close(): Promise<void> {
    this.stop.abort(new Error('closing'));
    await this.running;
  }

  private async wakeListed(names: () => Promise<readonly string[]>): Promise<void> {
    const { sleep, onListingFailure } = this.dependencies;
    const { signal } = this.stop;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        for (const name of await names()) this.wake(name);
        return;
      } catch (error) {
        if (signal.aborted) return;
        onListingFailure?.(error);
        await sleep(pauseAfter(failures), signal).catch(() => undefined);
      }
    }
  }

  private async run(): Promise<void> {
    const { deliver, sleep, onDelivered, onFailure } = this.dependencies;
    const { signal } = this.stop;
    let failures = 0;
    for (;;) {
      const [model] = this.waiting;
      if (model === undefined || signal.aborted) break;
      // Woken while it is being told, it is told again.
      this.waiting.delete(model);
      try {
        const delivered = await deliver(model, signal);
        failures = 0;
        onDelivered?.(model, delivered);
      } catch (error) {
        if (signal.aborted) break;
        const permanent = error instanceof PermanentError;
        if (!permanent) this.waiting.add(model);
        onFailure?.({ model, error, permanent, waiting: this.waiting.size });
        if (permanent) continue;
        await sleep(pauseAfter(failures++), signal).catch(() => undefined);
      }
    }
    this.running = undefined;
  }
}

/** Milliseconds to wait after so many failures before the last one. */
function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** failures);
}
