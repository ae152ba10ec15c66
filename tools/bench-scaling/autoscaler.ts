/** A limit to how fast replicas change: so many, or so many per cent, in a period. */
interface Policy {
  readonly type: string;
  readonly value: number;
  readonly periodSeconds: number;
}

/** `behavior` of a HorizontalPodAutoscaler, as the manifests write it. */
export interface Behavior {
  readonly scaleUp: { readonly stabilizationWindowSeconds: number; readonly policies: readonly Policy[] };
  readonly scaleDown: { readonly stabilizationWindowSeconds: number; readonly policies: readonly Policy[] };
}

/** What one measure says: its value, and how much of it is there for one pod. */
export interface Reading {
  readonly value: number;
  readonly target: number;
}

/** Kubernetes leaves the number of pods where the measure is within this share of its target. Source: Kubernetes, HPA's default. */
const TOLERANCE = 0.1;

/** Pods that a measure with an AverageValue asks for. Source: Kubernetes, horizontal pod autoscaling, the algorithm. */
export function podsFor({ value, target }: Reading, current: number): number {
  const ratio = value / (target * current);
  return Math.abs(1 - ratio) <= TOLERANCE ? current : Math.ceil(value / target);
}

/** Decides the replicas of one service as a HorizontalPodAutoscaler does: the formula, the limits, stabilisation and policies. */
export class HorizontalAutoscaler {
  private readonly wanted: { readonly at: number; readonly pods: number }[] = [];
  private readonly changes: { readonly at: number; readonly by: number }[] = [];

  constructor(
    private readonly least: number,
    private readonly most: number,
    private readonly behavior: Behavior,
  ) {}

  /** Replicas from now on. Where several measures speak, the largest is heard. */
  decide(now: number, current: number, readings: readonly Reading[]): number {
    const asked = Math.max(...readings.map((reading) => podsFor(reading, current)));
    this.wanted.push({ at: now, pods: this.within(asked) });
    const next = this.limited(now, current, this.stabilised(now, current));
    if (next !== current) this.changes.push({ at: now, by: next - current });
    return next;
  }

  private within(pods: number): number {
    return Math.min(this.most, Math.max(this.least, pods));
  }

  /** Down only as far as all that was wanted in the window down agrees; up likewise. */
  private stabilised(now: number, current: number): number {
    const { scaleUp, scaleDown } = this.behavior;
    const wantedSince = (seconds: number) =>
      this.wanted.filter(({ at }) => at >= now - seconds).map(({ pods }) => pods);
    const up = Math.min(...wantedSince(scaleUp.stabilizationWindowSeconds));
    const down = Math.max(...wantedSince(scaleDown.stabilizationWindowSeconds));
    return Math.min(Math.max(current, up), down);
  }

  private limited(now: number, current: number, wanted: number): number {
    if (wanted === current) return current;
    const up = wanted > current;
    const { policies } = up ? this.behavior.scaleUp : this.behavior.scaleDown;
    const sign = up ? 1 : -1;
    const reach = policies.map(({ type, value, periodSeconds }) => {
      const changed = this.changes
        .filter(({ at, by }) => at > now - periodSeconds && Math.sign(by) === sign)
        .reduce((sum, { by }) => sum + by, 0);
      const start = current - changed;
      return type === 'Pods' ? start + sign * value : Math.ceil(start * (1 + (sign * value) / 100));
    });
    // The policy that allows most counts: selectPolicy Max, which is the default, too.
    return up ? Math.min(wanted, Math.max(...reach)) : Math.max(wanted, Math.min(...reach));
  }
}
