/** A task, and what to do with it when it will not be run. */
interface Task {
  readonly run: () => Promise<void>;
  readonly abandon: () => void;
}

/** The waiting tasks of one key; a lane is removed when its last task has ended. */
interface Lane {
  readonly key: string;
  readonly waiting: Task[];
}

/**
 * Runs tasks with a limit on how many run at once, and those of one key one after another in the order they came. The client
 * library hands over ordered messages without waiting for the handler of the one before, so the order is kept here.
 *
 * After a task of a key fails, those waiting behind it are abandoned: Pub/Sub sends them again, after the one that failed.
 */
export class KeyedExecutor {
  private readonly lanes = new Map<string, Lane>();
  /** Lanes that have a task waiting and none running, in the order in which they became so. */
  private readonly ready: Lane[] = [];
  private running = 0;
  private onIdle: (() => void)[] = [];

  constructor(private readonly concurrency: number) {}

  /**
   * @param key tasks of the same key never overlap; the empty key orders nothing
   * @param run the task; its rejection abandons the rest of the key and is otherwise the caller's own to report
   * @param abandon called instead of `run` when the task will not be run
   */
  submit(key: string, run: () => Promise<void>, abandon: () => void): void {
    const lane = key === '' ? undefined : this.lanes.get(key);
    if (lane) {
      lane.waiting.push({ run, abandon });
      return;
    }
    const opened: Lane = { key, waiting: [{ run, abandon }] };
    if (key !== '') this.lanes.set(key, opened);
    this.ready.push(opened);
    this.startReady();
  }

  /** Abandons all that has not started; resolves when what was running has ended. */
  async drain(): Promise<void> {
    const lanes = new Set([...this.lanes.values(), ...this.ready.splice(0)]);
    for (const lane of lanes) abandonAll(lane);
    if (this.running > 0) await new Promise<void>((resolve) => this.onIdle.push(resolve));
  }

  private startReady(): void {
    while (this.running < this.concurrency) {
      const lane = this.ready.shift();
      if (!lane) return;
      const task = lane.waiting.shift();
      if (!task) continue;
      this.running += 1;
      void this.runTask(lane, task);
    }
  }

  private async runTask(lane: Lane, task: Task): Promise<void> {
    try {
      await task.run();
    } catch {
      abandonAll(lane);
    }
    this.running -= 1;
    if (lane.waiting.length > 0) this.ready.push(lane);
    else this.lanes.delete(lane.key);
    this.startReady();
    if (this.running === 0) for (const resolve of this.onIdle.splice(0)) resolve();
  }
}

function abandonAll(lane: Lane): void {
  for (const task of lane.waiting.splice(0)) task.abandon();
}
