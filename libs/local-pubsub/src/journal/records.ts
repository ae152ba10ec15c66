import { type google } from '@google-cloud/pubsub/build/protos/protos';
import { type SubscriptionIdentity } from '../delivery/subscription';

export interface TopicRecord {
  readonly number: number;
  readonly config: google.pubsub.v1.ITopic;
}

export interface SubscriptionRecord extends SubscriptionIdentity {
  /** The topic's number; the configuration's name may be another topic's by now. */
  readonly topicNumber: number;
  readonly config: google.pubsub.v1.ISubscription;
}

export interface BlockRecord {
  readonly id: number;
  readonly publishTime: number;
  readonly topicNumber: number;
  readonly bytes: Buffer;
  /** Encoded BlockProgress by the subscription's number. */
  readonly progress: ReadonlyMap<number, Uint8Array>;
}

/** Everything that was on disk when the server started. */
export interface Stored {
  readonly topics: readonly TopicRecord[];
  readonly subscriptions: readonly SubscriptionRecord[];
  /** In publish order. */
  readonly blocks: Iterable<BlockRecord>;
  /** The highest message id given before, 0 for none. */
  readonly lastMessageId: number;
}
