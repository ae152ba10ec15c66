interface Task {
  readonly at: number;
  readonly run: () => void;
  readonly timer: NodeJS.Timeout;
}

/** The system's time for a Pub/Sub server, which a test moves on so that it need not wait until leases have run out. */
export class MovableClock {
  private ahead = 0;
  private readonly tasks = new Set<Task>();

  now(): number {
    return Date.now() + this.ahead;
  }

  schedule(delay: number, run: () => void): () => void {
    const task: Task = {
      at: this.now() + delay,
      run,
      timer: setTimeout(() => {
        this.tasks.delete(task);
        run();
      }, delay),
    };
    this.tasks.add(task);
    return () => this.cancel(task);
  }

  /** Moves on by milliseconds, running what is due by then. */
  advance(milliseconds: number): void {
    this.ahead += milliseconds;
    for (const task of [...this.tasks].filter(({ at }) => at <= this.now()).sort((a, b) => a.at - b.at)) {
      // One may have cancelled another.
      if (!this.tasks.has(task)) continue;
      this.cancel(task);
      task.run();
    }
  }

  private cancel(task: Task): void {
    clearTimeout(task.timer);
    this.tasks.delete(task);
  }
}
