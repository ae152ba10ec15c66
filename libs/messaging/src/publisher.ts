import {
  canonicalJson,
  ENVELOPE_ATTRIBUTES as NAMES,
  type Envelope,
  type Handling,
  HANDLING_ATTRIBUTES,
  MAX_MESSAGE_BYTES,
  messageId,
  PermanentError,
  REDRIVE_ATTRIBUTE,
  validate,
} from '@closing-bell/contracts';
import { inSpan } from '@closing-bell/tracing';
import { type PubSub, type Topic } from '@google-cloud/pubsub';
import { context, propagation, SpanKind } from '@opentelemetry/api';
import { type OutgoingMessage } from './message';

export interface PublisherOptions {
  readonly pubsub: PubSub;
  /** Who speaks: a service, or `closing-bell` for the command line. */
  readonly source: string;
  readonly clock: () => Date;
  /** Told of every attempt to publish, whether Pub/Sub took the message. */
  readonly onPublished?: (topic: string, accepted: boolean) => void;
}

/** The message whose handling says another, and how that handling goes. */
export interface Cause {
  readonly envelope: Envelope;
  readonly handling: Handling;
}

/** Bytes with attributes, to be sent as they are. */
interface RawMessage {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
}

/** What is needed of a dead letter in order to send its message again. */
interface Redrivable extends RawMessage {
  /** Id of the dead letter. */
  readonly id: string;
  readonly topic: string;
}

/** Publishes messages of our contracts, and raw ones for the dead letters. Resolves when Pub/Sub has accepted them. */
export class Publisher {
  private readonly topics = new Map<string, Topic>();

  constructor(private readonly options: PublisherOptions) {}

  /**
   * @param outgoing what to say
   * @param cause the message whose handling says it; absent at the start of a cascade
   * @returns the message's id, which depends on what it says alone
   * @throws PermanentError `invalid-payload` or `over-size`: refused here, where the mistake is, rather than at every reader
   */
  async publish(outgoing: OutgoingMessage, cause?: Cause): Promise<string> {
    const { contract } = outgoing;
    const payload = validate(contract, outgoing.data);
    const data = Buffer.from(canonicalJson(payload));
    if (data.length > MAX_MESSAGE_BYTES) {
      throw new PermanentError(
        `${contract.type} for ${contract.subject(payload)}: ${data.length} bytes, at most ${MAX_MESSAGE_BYTES}. Store the bulk as an object and send its reference.`,
        { reason: 'over-size', type: contract.type, bytes: data.length },
      );
    }
    const id = messageId(contract, payload);
    const subject = contract.subject(payload);
    const attributes: Record<string, string> = {
      [NAMES.specVersion]: '1.0',
      [NAMES.id]: id,
      [NAMES.type]: contract.type,
      [NAMES.source]: `/closing-bell/${this.options.source}`,
      [NAMES.subject]: subject,
      [NAMES.time]: this.options.clock().toISOString(),
      [NAMES.contentType]: 'application/json',
      [NAMES.correlationId]: cause?.envelope.correlationId ?? id,
    };
    if (cause) {
      attributes[NAMES.causationId] = cause.envelope.id;
      attributes[HANDLING_ATTRIBUTES.attempt] = String(cause.handling.attempt);
      attributes[HANDLING_ATTRIBUTES.startedAt] = cause.handling.startedAt.toISOString();
    }
    await this.inPublishSpan(contract.name, attributes, async () => {
      propagation.inject(context.active(), attributes);
      await this.publishRaw(contract.name, { data, attributes, orderingKey: subject });
    });
    return id;
  }

  /** The span that whoever handles the message continues. */
  private inPublishSpan(
    topic: string,
    attributes: Readonly<Record<string, string>>,
    publish: () => Promise<void>,
  ): Promise<void> {
    const about = {
      'messaging.system': 'gcp_pubsub',
      'messaging.operation.type': 'send',
      'messaging.destination.name': topic,
      'closing_bell.correlation_id': attributes[NAMES.correlationId] ?? '',
      'closing_bell.subject': attributes[NAMES.subject] ?? '',
    };
    return inSpan(`publish ${topic}`, { kind: SpanKind.PRODUCER, attributes: about }, publish);
  }

  /** Sends a dead letter's message back to its topic as it came; whoever records it knows from which dead letter it comes. */
  async redrive({ id, topic, data, attributes, orderingKey }: Redrivable): Promise<void> {
    await this.publishRaw(topic, { data, attributes: { ...attributes, [REDRIVE_ATTRIBUTE]: id }, orderingKey });
  }

  /** Sends bytes and attributes as they are. */
  async publishRaw(topicName: string, raw: RawMessage): Promise<void> {
    const topic = this.topic(topicName);
    try {
      await topic.publishMessage({
        data: raw.data,
        attributes: raw.attributes,
        ...(raw.orderingKey === '' ? {} : { orderingKey: raw.orderingKey }),
      });
      this.options.onPublished?.(topicName, true);
    } catch (error) {
      this.options.onPublished?.(topicName, false);
      // After a failure the client refuses every later message of the key until it is told that we know.
      if (raw.orderingKey !== '') topic.resumePublishing(raw.orderingKey);
      throw error;
    }
  }

  private topic(name: string): Topic {
    let topic = this.topics.get(name);
    if (!topic) {
      topic = this.options.pubsub.topic(name, { messageOrdering: true, batching: { maxMilliseconds: 1 } });
      this.topics.set(name, topic);
    }
    return topic;
  }
}
