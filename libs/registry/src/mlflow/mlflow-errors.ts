import { PermanentError } from '@closing-bell/contracts';

/** MLflow's server was not reached, did not answer in time or failed. What was asked may succeed at another time. */
export class MlflowUnavailableError extends Error {
  override readonly name = 'MlflowUnavailableError';

  constructor(
    message: string,
    readonly details: {
      readonly reason: 'unreachable' | 'timed-out' | 'overloaded' | 'failed';
      /** Method and path of the call. */
      readonly call: string;
      /** Whether the server may have done what was asked, and doing it again may do it twice: look before you ask again. */
      readonly mayBeDone: boolean;
      readonly retryAfterMs?: number;
    },
  ) {
    super(message);
  }
}

/** MLflow's server refuses, and would again. `code` is the server's own, such as RESOURCE_DOES_NOT_EXIST. */
export class MlflowRefusedError extends PermanentError {
  constructor(
    message: string,
    readonly code: string,
    details: PermanentError['details'],
  ) {
    super(message, details);
  }
}
