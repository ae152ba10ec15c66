import { google } from '@google-cloud/pubsub/build/protos/protos';
import { type Subscription } from '../delivery/subscription';
import { type Block } from '../message/block';
import { milliseconds } from '../message/time';
import { unimplemented } from '../status-error';
import { requireTopicName } from './names';
import { requireRetention } from './subscription-settings';

type ITopic = google.pubsub.v1.ITopic;

/** A topic with what was published to it and is still needed. Lives on after its deletion while a subscription has some of it. */
export class Topic {
  readonly subscriptions = new Set<Subscription>();
  /** In publish order. */
  readonly blocks = new Set<Block>();

  constructor(
    /** Unique for ever, unlike the name. */
    readonly number: number,
    public config: ITopic,
  ) {}

  get name(): string {
    return this.config.name ?? '';
  }

  /** How long the topic itself keeps its messages for a seek, milliseconds; 0 for not at all. */
  get ownRetention(): number {
    return milliseconds(this.config.messageRetentionDuration) ?? 0;
  }

  /** How long a block is kept after every subscription is done with it, milliseconds since its publication. */
  get settledRetention(): number {
    let longest = this.ownRetention;
    for (const { settings } of this.subscriptions) {
      if (settings.retainAcked) longest = Math.max(longest, settings.retention);
    }
    return longest;
  }
}

/**
 * A topic's configuration, checked.
 *
 * @throws StatusError INVALID_ARGUMENT for a value that Google refuses, UNIMPLEMENTED for what this server does not do.
 */
export function completeTopic(config: ITopic): ITopic {
  requireTopicName(config.name ?? '');
  if (config.schemaSettings) throw unimplemented('Schemas are not implemented by the local server.');
  if (config.ingestionDataSourceSettings) {
    throw unimplemented('Ingestion from other sources is not implemented by the local server.');
  }
  if (config.messageTransforms && config.messageTransforms.length > 0) {
    throw unimplemented('Message transforms are not implemented by the local server.');
  }
  const retention = milliseconds(config.messageRetentionDuration);
  if (retention !== undefined) requireRetention(retention);
  return { ...config, state: google.pubsub.v1.Topic.State.ACTIVE };
}
