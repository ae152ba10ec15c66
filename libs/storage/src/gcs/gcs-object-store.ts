import { PermanentError } from '@closing-bell/contracts';
import { type AttemptLimits, statusOf, withAttempts } from '@closing-bell/google-cloud';
import type { Bucket, File } from '@google-cloud/storage' with { 'resolution-mode': 'import' };
import { randomBytes } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import { checkKey, isKey } from '../object-key';
import { type ObjectStore, type StoredObject } from '../object-store';
import { StorageUnavailableError } from '../storage-unavailable-error';
import { loadGcsClient } from './gcs-client';
import { gcsFailure, passes } from './gcs-failure';
import { type GcsLocation } from './gcs-location';

const LIMITS: AttemptLimits = { totalMs: 60_000, attemptMs: 20_000, firstPauseMs: 250, longestPauseMs: 8000 };
/** More bytes than this go up as a stream in a session of their own, and may take the whole time. */
const LARGE = 4 * 1024 * 1024;
/** Writes that an object remembers. */
const REMEMBERED = 16;
/** Custom metadata that holds the writes which led to an object, the latest first. */
const WRITES = 'closing-bell-writes';
const PAGE = 1000;

/** What the adapter takes of the world. */
export interface GcsDependencies {
  /** Address to ask in place of Google's, such as an emulator's. */
  readonly endpoint?: string | undefined;
  readonly limits?: AttemptLimits;
  /** A name that no other write ever has. */
  readonly newWrite?: () => string;
  readonly random?: () => number;
}

/** A {@link StoredObject.version}: a generation, and the writes that led to it as far as they are remembered. */
interface Version {
  readonly generation: string;
  readonly writes: readonly string[];
}

interface OpenBucket {
  readonly bucket: Bucket;
  readonly crc32cOf: (bytes: Uint8Array) => string;
}

/**
 * Objects in a bucket of Cloud Storage. Writes have the generation that they expect as their precondition, so the bucket itself
 * decides among writers. Each write carries a name of its own in the object's metadata, together with those before it: where an
 * answer was lost and the repeated write is refused, they tell whether it was this very write that came first.
 * Google's client is loaded by the first call.
 */
export class GcsObjectStore implements ObjectStore {
  private readonly root: string;
  private opened: Promise<OpenBucket> | undefined;
  private bucketIsThere: Promise<unknown> | undefined;
  private readonly limits: AttemptLimits;
  private readonly newWrite: () => string;
  private readonly random: () => number;

  constructor(
    private readonly location: GcsLocation,
    private readonly dependencies: GcsDependencies = {},
  ) {
    this.root = `gs://${location.bucket}/${location.prefix}`;
    this.limits = dependencies.limits ?? LIMITS;
    this.newWrite = dependencies.newWrite ?? (() => randomBytes(9).toString('base64url'));
    this.random = dependencies.random ?? Math.random;
  }

  async read(key: string): Promise<StoredObject | undefined> {
    checkKey(key);
    const { bucket } = await this.open();
    const object = await this.asking('read', key, async (signal) => {
      try {
        return await download(bucket.file(this.location.prefix + key), signal);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    });
    if (object === undefined) await this.checkBucket();
    return object;
  }

  async createIfAbsent(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    checkKey(key);
    return (await this.write(key, bytes, undefined)) ? 'created' : 'exists';
  }

  async compareAndSwap(key: string, bytes: Uint8Array, expected: string | undefined): Promise<boolean> {
    checkKey(key);
    return this.write(key, bytes, expected === undefined ? undefined : parseVersion(expected));
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    const { bucket } = await this.open();
    // Missing: it was removed by somebody else, or by an attempt whose answer was lost.
    await this.asking('remove', key, () => bucket.file(this.location.prefix + key).delete({ ignoreNotFound: true }));
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') checkKey(folder.slice(0, -1));
    const { bucket } = await this.open();
    const query = { prefix: this.location.prefix + prefix, maxResults: PAGE, fields: 'items(name),nextPageToken' };
    let page: string | undefined;
    do {
      // In ascending order of their UTF-8 forms, which of keys is that of their characters.
      const [files, next] = await this.asking('list', prefix, () =>
        bucket.getFiles({ ...query, autoPaginate: false, ...(page === undefined ? {} : { pageToken: page }) }),
      );
      for (const { name } of files) {
        const key = name.slice(this.location.prefix.length);
        if (isKey(key)) yield key;
      }
      page = (next as { pageToken?: string } | null)?.pageToken;
    } while (page !== undefined);
  }

  uri(key: string): string {
    checkKey(key);
    return this.root + key;
  }

  keyOf(uri: string): string {
    const key = uri.startsWith(this.root) ? uri.slice(this.root.length) : '';
    if (isKey(key)) return key;
    throw new PermanentError(
      `'${uri}' is no object of the store at ${this.root}. Give the service the store that the sender of the message wrote to.`,
      { reason: 'foreign-uri', uri, store: this.root },
    );
  }

  /** Writes where the object is still the one expected, or absent as expected; false where it is not. */
  private async write(key: string, bytes: Uint8Array, expected: Version | undefined): Promise<boolean> {
    const { bucket, crc32cOf } = await this.open();
    const isLarge = bytes.length > LARGE;
    const write = this.newWrite();
    const writes = [write, ...(expected?.writes ?? [])].slice(0, REMEMBERED);
    const metadata = {
      // Answers must be the object's own bytes as they are now.
      cacheControl: 'no-store, no-transform',
      // What arrives otherwise is refused. The client's own check afterwards would delete the object.
      crc32c: crc32cOf(bytes),
      metadata: { [WRITES]: writes.join('.') },
    };
    let attempts = 0;
    return this.asking(
      'write',
      key,
      async (signal) => {
        attempts++;
        // The client notes on a file what it learnt of it.
        const file = bucket.file(this.location.prefix + key);
        try {
          await upload(file, bytes, signal, {
            resumable: isLarge,
            validation: false,
            preconditionOpts: { ifGenerationMatch: expected?.generation ?? 0 },
            metadata,
          });
          return true;
        } catch (error) {
          if (statusOf(error) !== 412) throw error;
          // An earlier attempt may have had its effect although nobody heard of it.
          return attempts > 1 && (await this.isDone(file, write, expected));
        }
      },
      isLarge ? { ...this.limits, attemptMs: this.limits.totalMs } : this.limits,
    );
  }

  /** Whether a write is among those that led to the object as it is now. Throws where that is no longer remembered. */
  private async isDone(file: File, write: string, expected: Version | undefined): Promise<boolean> {
    let writes: readonly string[];
    try {
      const [{ metadata }] = await file.getMetadata();
      writes = writesIn(metadata?.[WRITES]);
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
    if (writes.includes(write)) return true;
    const [before] = expected?.writes ?? [];
    const remembersAll = writes.length < REMEMBERED || (before !== undefined && writes.includes(before));
    if (remembersAll) return false;
    const uri = this.root + file.name.slice(this.location.prefix.length);
    throw new StorageUnavailableError(
      `Cannot tell whether ${uri} was written: the answer was lost, and others have written it ${REMEMBERED} times since. The work will be tried again.`,
      { uri, code: 'OUTCOME_UNKNOWN' },
    );
  }

  /**
   * Throws where the bucket is missing, which looks like a missing object to a read. Asks for a list, for that takes no more
   * permission than the objects themselves; once.
   */
  private async checkBucket(): Promise<void> {
    const { bucket } = await this.open();
    this.bucketIsThere ??= this.asking('list', '', () =>
      bucket.getFiles({ prefix: this.location.prefix, maxResults: 1, autoPaginate: false, fields: 'items(name)' }),
    );
    this.bucketIsThere.catch(() => (this.bucketIsThere = undefined));
    await this.bucketIsThere;
  }

  private async asking<T>(
    action: 'read' | 'write' | 'remove' | 'list',
    key: string,
    attempt: (signal: AbortSignal) => Promise<T>,
    limits = this.limits,
  ): Promise<T> {
    try {
      return await withAttempts(limits, { passes, random: this.random }, attempt);
    } catch (error) {
      throw gcsFailure(action, this.root + key, this.location.bucket, error);
    }
  }

  private open(): Promise<OpenBucket> {
    this.opened ??= openBucket(this.location.bucket, this.dependencies.endpoint);
    return this.opened;
  }
}

async function openBucket(name: string, endpoint: string | undefined): Promise<OpenBucket> {
  const { storage, crc32cOf } = await loadGcsClient(endpoint);
  return { bucket: storage.bucket(name), crc32cOf };
}

/** The bytes and the version of one answer, the bytes checked against the CRC32C that came with them. */
async function download(file: File, signal: AbortSignal): Promise<StoredObject> {
  const stream = addAbortSignal(signal, file.createReadStream());
  let headers: Readonly<Record<string, string | undefined>> = {};
  stream.once('response', (response: { headers: typeof headers }) => (headers = response.headers));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const generation = headers['x-goog-generation'];
  if (generation === undefined) {
    throw Object.assign(new Error('The answer names no generation of the object.'), { code: 'NO_GENERATION' });
  }
  const version = formatVersion({ generation, writes: writesIn(headers[`x-goog-meta-${WRITES}`]) });
  return { bytes: Buffer.concat(chunks), version };
}

function upload(
  file: File,
  bytes: Uint8Array,
  signal: AbortSignal,
  options: Parameters<File['createWriteStream']>[0],
): Promise<void> {
  return new Promise((resolve, reject) => {
    addAbortSignal(signal, file.createWriteStream(options)).once('finish', resolve).once('error', reject).end(bytes);
  });
}

function formatVersion({ generation, writes }: Version): string {
  return [generation, ...writes].join('.');
}

function parseVersion(version: string): Version {
  const [generation = '', ...writes] = version.split('.');
  // No object has a negative generation: a version that is none of this store's is never the one that is there.
  return { generation: /^\d+$/.test(generation) ? generation : '-1', writes };
}

function writesIn(value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' ? value.split('.') : [];
}
