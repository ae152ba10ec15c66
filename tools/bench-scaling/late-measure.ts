/** Cloud Monitoring's view of a measure: sampled from time to time, and visible only later. */
export class LateMeasure {
  private readonly samples: { readonly sampledAt: number; readonly visibleAt: number; readonly value: number }[] = [];

  sample(now: number, value: number, lagSeconds: number): void {
    this.samples.push({ sampledAt: now, visibleAt: now + lagSeconds, value });
  }

  /** The youngest sample that is visible; 0 where none is, as KEDA takes it. */
  at(now: number): number {
    return this.samples.findLast(({ visibleAt }) => visibleAt <= now)?.value ?? 0;
  }
}
