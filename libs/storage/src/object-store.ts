/** An object as it was at the moment it was read. */
export interface StoredObject {
  readonly bytes: Buffer;
  /** Opaque; what {@link ObjectStore.compareAndSwap} expects. */
  readonly version: string;
}

/**
 * Named byte strings, durable once a call that writes has resolved, and always read whole: an object is there with all its
 * bytes or not at all. What anything refers to is never removed, and a key is never the folder of another key.
 *
 * Every call throws PermanentError `invalid-key` for a key that is none (see `checkKey`), and StorageUnavailableError for what
 * may pass: a full disk, a missing permission, a store that does not answer.
 */
export interface ObjectStore {
  /** The object, or undefined where there is none. */
  read(key: string): Promise<StoredObject | undefined>;
  /** Writes an object unless there is one; of several writers at once, in any processes, exactly one creates it. */
  createIfAbsent(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /**
   * Replaces the object whose version is `expected`, or creates it where `expected` is undefined. False, and nothing
   * changed, when the version is another one by now: read again and decide again.
   */
  compareAndSwap(key: string, bytes: Uint8Array, expected: string | undefined): Promise<boolean>;
  /** Removes an object that nothing refers to, such as the state of work that is done by now; where there is none, nothing happens. */
  remove(key: string): Promise<void>;
  /** Keys that begin with `prefix` (any text, '' for all), in ascending order of their characters. */
  list(prefix: string): AsyncIterable<string>;
  /** The address of a key, which messages carry. Whether the object exists does not matter. */
  uri(key: string): string;
  /** The key of an address; PermanentError `foreign-uri` where it lies in no folder of this store. */
  keyOf(uri: string): string;
}
