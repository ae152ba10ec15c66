/** Storage did not do what it was asked, but may at another time: a full disk, a missing permission. Retried. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError';

  constructor(
    message: string,
    /** `code`: the system's own, such as ENOSPC. */
    readonly details: { readonly uri: string; readonly code: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
