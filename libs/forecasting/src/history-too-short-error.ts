import { PermanentError } from '@closing-bell/contracts';

/** Thrown when there is too little history to learn from: serve what needs no learning until there is more. */
export class HistoryTooShortError extends PermanentError {
  override readonly name = 'HistoryTooShortError';

  constructor(
    /** What was to be learnt, such as `lstm`. */
    readonly learner: string,
    /** Sessions that it needs and those that it could learn from. */
    readonly needed: number,
    readonly available: number,
  ) {
    super(
      `Too short to fit ${learner}: it can learn from ${available} sessions, whose inputs and outcomes are known, and needs ${needed}. The baseline serves until there are more.`,
      { reason: 'history-too-short', learner, needed, available },
    );
  }
}
