import { type Metadata, status } from '@grpc/grpc-js';

/** A refusal as the client sees it: one of Google's status codes, a sentence that says why, and optional trailers. */
export class StatusError extends Error {
  constructor(
    readonly code: status,
    message: string,
    readonly metadata?: Metadata,
  ) {
    super(message);
    this.name = 'StatusError';
  }
}

export const invalidArgument = (message: string) => new StatusError(status.INVALID_ARGUMENT, message);
export const notFound = (message: string) => new StatusError(status.NOT_FOUND, message);
export const alreadyExists = (message: string) => new StatusError(status.ALREADY_EXISTS, message);
export const failedPrecondition = (message: string) => new StatusError(status.FAILED_PRECONDITION, message);
export const unimplemented = (message: string) => new StatusError(status.UNIMPLEMENTED, message);
export const unavailable = (message: string) => new StatusError(status.UNAVAILABLE, message);
