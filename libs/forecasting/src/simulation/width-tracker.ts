export class WidthTracker {
  private logWidth = 0;
  constructor(private readonly horizon: number, private readonly rate = 0.05, private readonly min = -0.5, private readonly max = 1.2) {}
  update(missed: boolean): void {
    const next = this.logWidth + (this.rate / Math.sqrt(this.horizon)) * (Number(missed) - 0.1);
    this.logWidth = Math.max(this.min, Math.min(this.max, next));
  }
  get factor(): number {
    return Math.exp(this.logWidth);
  }
}
