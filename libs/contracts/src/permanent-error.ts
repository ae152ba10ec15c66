/** What a {@link PermanentError} tells beside its message: a machine-readable reason and the facts of the case. */
export interface PermanentErrorDetails {
  /** A stable kebab-case code, such as `invalid-payload` or `unknown-symbol`. */
  readonly reason: string;
  readonly [fact: string]: string | number | boolean | undefined;
}

/**
 * Thrown when the same message can never succeed: a broken contract, an unknown symbol, a corrupt file.
 * The transport sends the message to the dead letters at once, with the reason; any other error is retried with back-off.
 */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
  readonly reason: string;

  constructor(
    message: string,
    readonly details: PermanentErrorDetails,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.reason = details.reason;
  }
}
