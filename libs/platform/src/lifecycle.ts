/**
 * Where a service stands.
 *
 * - STARTING: reading its configuration, connecting, opening its subscriptions. Not ready.
 * - RUNNING: takes messages. Ready.
 * - DRAINING: takes no more messages; running handlers may end within the grace limit. Not ready.
 * - STOPPED: everything is closed.
 */
export const LIFECYCLE_STATES = ['STARTING', 'RUNNING', 'DRAINING', 'STOPPED'] as const;
export type LifecycleState = (typeof LIFECYCLE_STATES)[number];

const NEXT: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  STARTING: ['RUNNING', 'DRAINING', 'STOPPED'],
  RUNNING: ['DRAINING'],
  DRAINING: ['STOPPED'],
  STOPPED: [],
};

/** Holds the state and refuses steps that make no sense. */
export class Lifecycle {
  private current: LifecycleState = 'STARTING';

  get state(): LifecycleState {
    return this.current;
  }

  /** @throws Error when the step is not allowed from the present state. */
  advance(to: LifecycleState): void {
    if (!NEXT[this.current].includes(to)) throw new Error(`a service cannot go from ${this.current} to ${to}`);
    this.current = to;
  }
}
