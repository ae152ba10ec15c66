import { type google } from '@google-cloud/pubsub/build/protos/protos';
import { invalidArgument } from '../status-error';

/**
 * A configuration with the fields that an update's mask names taken from the update.
 *
 * @param updatable top-level field names in proto spelling, such as `ack_deadline_seconds`.
 * @throws StatusError INVALID_ARGUMENT for an empty mask or a field that is unknown or cannot be changed.
 */
export function applyUpdate<T extends object>(
  current: T,
  update: T,
  mask: google.protobuf.IFieldMask | null | undefined,
  updatable: readonly string[],
): T {
  const paths = mask?.paths ?? [];
  if (paths.length === 0) throw invalidArgument('The update mask is empty: name the fields to change.');
  const updated: Partial<T> = { ...current };
  for (const path of paths) {
    if (!updatable.includes(path)) {
      throw invalidArgument(`Field "${path}" cannot be changed; these can: ${updatable.join(', ')}.`);
    }
    const field = path.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as keyof T;
    if (Object.hasOwn(update, field)) updated[field] = update[field];
    else delete updated[field];
  }
  return updated as T;
}
