import { type AttemptLimits, passes, statusOf, withAttempts } from '@closing-bell/google-cloud';
import { type PubSub } from '@google-cloud/pubsub';
import { isProjectMissing, pubsubFailure } from './pubsub-failure';

/** Options of a call by which Google's client makes one attempt, for attempts are ours. */
interface OneAttempt {
  readonly retry: null;
  readonly timeout: number;
}

/** A person waits for the answer. */
const LOOKING: AttemptLimits = { totalMs: 10_000, attemptMs: 10_000, firstPauseMs: 250, longestPauseMs: 2000 };
/** Making things takes seconds at Google, and an emulator that is started together with the services may not be there yet. */
const MAKING: AttemptLimits = { ...LOOKING, totalMs: 60_000, attemptMs: 20_000 };

const NOT_FOUND = 404;
const ALREADY_EXISTS = 409;

/** The Pub/Sub of a project, asked to show, make and change topics and subscriptions. Errors say what to do about them. */
export class PubSubProject {
  constructor(
    readonly pubsub: PubSub,
    readonly id: string,
  ) {}

  /** What is there, or undefined where it is not. */
  read<T>(call: (options: OneAttempt) => Promise<T>): Promise<T | undefined> {
    return this.ask(LOOKING, call, (error) => statusOf(error) === NOT_FOUND && !isProjectMissing(error));
  }

  /** What was made, or undefined where it was there. */
  create<T>(call: (options: OneAttempt) => Promise<T>): Promise<T | undefined> {
    return this.ask(MAKING, call, (error) => statusOf(error) === ALREADY_EXISTS);
  }

  async update(call: (options: OneAttempt) => Promise<unknown>): Promise<void> {
    await this.ask(MAKING, call, () => false);
  }

  private async ask<T>(
    limits: AttemptLimits,
    call: (options: OneAttempt) => Promise<T>,
    isNothing: (error: unknown) => boolean,
  ): Promise<T | undefined> {
    const { pubsub } = this;
    const options = { retry: null, timeout: limits.attemptMs };
    try {
      // Without credentials the client would also throw where nobody can catch it, which ends the process.
      if (!pubsub.isEmulator) await pubsub.auth.getClient();
      return await withAttempts(limits, { passes, random: Math.random }, () => call(options));
    } catch (error) {
      if (isNothing(error)) return undefined;
      throw pubsubFailure(pubsub, this.id, error);
    }
  }
}
