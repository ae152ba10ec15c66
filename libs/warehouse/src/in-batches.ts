interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does work in batches: what arrives while one runs shares the next, so that a lone item waits for nobody and many at once cost few
 * runs. When a batch fails, each of its items is tried by itself, so that only what is at fault fails.
 */
export class InBatches<T> {
  private waiting: Waiting<T>[] = [];
  private running: Promise<void> | undefined;

  /**
   * @param run does a batch whole or not at all
   * @param concernsAll whether an error would meet each item alike, such as a service that is down: then none is tried by itself
   */
  constructor(
    private readonly run: (batch: readonly T[]) => Promise<void>,
    private readonly concernsAll: (error: unknown) => boolean = () => false,
  ) {}

  /** Resolves when the item is done. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.work();
    });
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async work(): Promise<void> {
    // What is added in the same turn goes into the first batch.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.finish(this.waiting.splice(0));
    this.running = undefined;
  }

  private async finish(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.run(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || this.concernsAll(error)) for (const { reject } of batch) reject(error);
      else for (const single of batch) await this.finish([single]);
    }
  }
}
