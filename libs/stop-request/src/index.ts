/** By what a service was told to stop: a signal, or the loss of the supervisor at the other end of its channel. */
export type StopReason = 'SIGTERM' | 'SIGINT' | 'disconnect';

const REASONS: readonly StopReason[] = ['SIGTERM', 'SIGINT', 'disconnect'];

/** What of a process is listened to. */
export interface StoppableProcess {
  on(event: StopReason, listener: () => void): unknown;
}

/** Requests to stop a process, kept until somebody can follow them. */
export class StopRequests {
  private readonly early: StopReason[] = [];
  private follow: ((reason: StopReason) => void) | undefined;

  constructor(process: StoppableProcess) {
    for (const reason of REASONS) process.on(reason, () => this.take(reason));
  }

  /** Calls `follow` with each request, those that came before it first. */
  onRequest(follow: (reason: StopReason) => void): void {
    this.follow = follow;
    this.early.splice(0).forEach(follow);
  }

  private take(reason: StopReason): void {
    if (this.follow) this.follow(reason);
    else this.early.push(reason);
  }
}

/**
 * The requests to stop this process, from the moment that this is loaded: a service's `main` loads it before all else, for what else it
 * loads takes a while. Where nobody listens a signal ends the process at once, but is lost on the first process of a container.
 */
export const stopRequests = new StopRequests(process);
