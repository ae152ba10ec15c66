import { PubSub } from '@google-cloud/pubsub';

export interface PubSubAddress {
  readonly projectId: string;
  /** `host:port` of an emulator or of the embedded server; undefined: Google Pub/Sub. */
  readonly emulatorHost?: string;
}

/** Google's client, pointed at Google, at its emulator or at the embedded server: the only difference is the address. */
export function connectPubSub({ projectId, emulatorHost }: PubSubAddress): PubSub {
  if (emulatorHost === undefined) return new PubSub({ projectId, emulatorMode: false });
  return new PubSub({
    projectId,
    apiEndpoint: emulatorHost,
    emulatorMode: true,
    // Known here, it is not looked up in credentials, for which the client would ask a cloud's metadata address.
    clientOptions: { universeDomain: 'googleapis.com' },
  });
}
