import { PermanentError } from '@closing-bell/contracts';
import { createHash } from 'node:crypto';
import { type ObjectStore } from './object-store';

/** Where an immutable object lies and what its bytes hash to. */
interface HashedReference {
  readonly uri: string;
  readonly sha256: string;
}

/** Lower-case hexadecimal SHA-256. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes bytes under `folder`, named by their own SHA-256 and an extension such as `.json`; the same bytes again change nothing. */
export async function writeHashed(
  objects: ObjectStore,
  folder: string,
  extension: string,
  bytes: Uint8Array,
): Promise<HashedReference> {
  const sha256 = sha256Of(bytes);
  const key = `${folder}/${sha256}${extension}`;
  await objects.createIfAbsent(key, bytes);
  return { uri: objects.uri(key), sha256 };
}

/** Reads what a reference names. Throws PermanentError `missing-object`, or `corrupt-object` where the bytes are others, naming the `uri`. */
export async function readHashed(objects: ObjectStore, { uri, sha256 }: HashedReference): Promise<Buffer> {
  const object = await objects.read(objects.keyOf(uri));
  if (object === undefined) {
    throw new PermanentError(
      `${uri} is not there. Restore it, or restart the services and replay the session that made it.`,
      { reason: 'missing-object', uri },
    );
  }
  const actual = sha256Of(object.bytes);
  if (actual === sha256) return object.bytes;
  throw new PermanentError(
    `${uri} is damaged: its SHA-256 is ${actual} and not ${sha256}. Remove it, restart the services and replay the session that made it.`,
    { reason: 'corrupt-object', uri, expected: sha256, actual, bytes: object.bytes.length },
  );
}
