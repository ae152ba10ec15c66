/** Values by name, up to a total size; those not used for longest go first. */
export class RecentCache<V> {
  private readonly entries = new Map<string, V>();
  private held = 0;

  constructor(
    private readonly capacity: number,
    private readonly sizeOf: (value: V) => number,
  ) {}

  get(name: string): V | undefined {
    const value = this.entries.get(name);
    if (value === undefined) return undefined;
    this.entries.delete(name);
    this.entries.set(name, value);
    return value;
  }

  set(name: string, value: V): void {
    if (this.entries.has(name)) return;
    this.entries.set(name, value);
    this.held += this.sizeOf(value);
    for (const [oldest, entry] of this.entries) {
      if (this.held <= this.capacity) break;
      this.entries.delete(oldest);
      this.held -= this.sizeOf(entry);
    }
  }
}
