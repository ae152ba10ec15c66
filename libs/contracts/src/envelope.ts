/**
 * CloudEvents 1.0 context of a message, plus our two extensions that tie a cascade together. Carried as Pub/Sub attributes
 * (binary binding: each is prefixed `ce-`); the payload is the message's data.
 */
export interface Envelope {
  /** Unique for what the message says; see {@link messageId}. */
  readonly id: string;
  /** `closing-bell.<name>.v<version>`. */
  readonly type: string;
  /** The service that said it: `/closing-bell/<service>`. */
  readonly source: string;
  /** Symbol or exchange. */
  readonly subject: string;
  /** When it was said, RFC 3339 in UTC. */
  readonly time: string;
  /** Id of the message that started the cascade. */
  readonly correlationId: string;
  /** Id of the message whose handling caused this one; absent on the first of a cascade. */
  readonly causationId?: string;
  /** W3C trace context of the span that published it. */
  readonly traceparent?: string;
}

/** Pub/Sub attribute names of the envelope's members. */
export const ENVELOPE_ATTRIBUTES = {
  id: 'ce-id',
  type: 'ce-type',
  source: 'ce-source',
  subject: 'ce-subject',
  time: 'ce-time',
  specVersion: 'ce-specversion',
  correlationId: 'ce-correlationid',
  causationId: 'ce-causationid',
  traceparent: 'traceparent',
  contentType: 'content-type',
} as const;
