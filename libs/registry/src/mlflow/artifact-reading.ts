import { PermanentError } from '@closing-bell/contracts';
import { sha256Of } from '@closing-bell/storage';
import { type ArtifactStore } from './artifact-store';

/**
 * An artifact whose bytes are known by their hash. uri: what its messages call it.
 * @throws PermanentError `missing-object`, or `corrupt-object` where the bytes are others
 */
export async function readChecked(
  artifacts: ArtifactStore,
  path: string,
  { uri, sha256 }: { readonly uri: string; readonly sha256: string },
): Promise<Buffer> {
  const bytes = await artifacts.get(path);
  if (bytes === undefined) {
    throw new PermanentError(`${uri} is not in MLflow's artifact store. Restore it from a copy.`, {
      reason: 'missing-object',
      uri,
    });
  }
  const actual = sha256Of(bytes);
  if (actual === sha256) return bytes;
  throw new PermanentError(
    `${uri} in MLflow's artifact store is damaged: its SHA-256 is ${actual} and not ${sha256}. Restore it from a copy.`,
    { reason: 'corrupt-object', uri, expected: sha256, actual, bytes: bytes.length },
  );
}
