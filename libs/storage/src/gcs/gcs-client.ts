import type { Storage } from '@google-cloud/storage' with { 'resolution-mode': 'import' };

/** Google's client, and how to sum what is sent. */
interface GcsClient {
  readonly storage: Storage;
  readonly crc32cOf: (bytes: Uint8Array) => string;
}

/** Whether Google answers there: at no address of its own, or at one of its private network. */
export function isGoogles(endpoint: string | undefined): boolean {
  return endpoint === undefined || /^https:\/\/[^/:]+\.googleapis\.com(:\d+)?\/?$/.test(endpoint);
}

/** Loads Google's client, which takes a quarter of a second and 20 MB. `projectId`: only for what makes buckets. */
export async function loadGcsClient(endpoint: string | undefined, projectId?: string): Promise<GcsClient> {
  const { CRC32C, Storage } = await import('@google-cloud/storage');
  // A token is for Google alone, also at an address of a private network.
  const address =
    endpoint === undefined ? {} : { apiEndpoint: endpoint, useAuthWithCustomEndpoint: isGoogles(endpoint) };
  // Attempts are ours: the client's never call back once their total time is up, an upload has no time limit there, and they
  // would hide that an answer was lost.
  const retryOptions = { autoRetry: false };
  return {
    storage: new Storage({ ...address, ...(projectId === undefined ? {} : { projectId }), retryOptions }),
    crc32cOf: (bytes) => {
      const sum = new CRC32C();
      sum.update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      return sum.toString();
    },
  };
}
