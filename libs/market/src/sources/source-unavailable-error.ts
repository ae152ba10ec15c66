/** Why bars cannot be had now. */
export type UnavailableReason =
  | 'source-down'
  | 'source-throttled'
  | 'unbelievable-answer'
  | 'session-not-closed'
  | 'not-yet-published'
  | 'bar-not-final';

/** Thrown when bars cannot be had now but may be later: the message is to be retried with back-off. */
export class SourceUnavailableError extends Error {
  override readonly name = 'SourceUnavailableError';

  constructor(
    message: string,
    readonly details: {
      readonly reason: UnavailableReason;
      readonly source: string;
      readonly symbol: string;
      readonly session: string;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
