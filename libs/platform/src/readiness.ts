/** Says in one sentence why the service should be given no work just now, or nothing. */
export type ReadinessCheck = () => string | undefined;

/**
 * What keeps a service that runs from being ready: something it depends on has been away for a while. It makes a pod unready and no
 * more; restarting the pod would not bring back what is away.
 */
export class Readiness {
  private readonly checks: ReadinessCheck[] = [];

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  get problems(): string[] {
    return this.checks.map((check) => check()).filter((problem) => problem !== undefined);
  }
}
