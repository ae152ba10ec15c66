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

/** How the message came about that caused another: which delivery of it was handled, and since when. It may differ where the same is said again. */
export interface Handling {
  /** 1 on the first delivery. */
  readonly attempt: number;
  readonly startedAt: Date;
}

/** Attributes beside the envelope, which say how the handling went that published the message. */
export const HANDLING_ATTRIBUTES = {
  attempt: 'closing-bell-cause-attempt',
  startedAt: 'closing-bell-cause-started-at',
} as const;

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

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** The trace that a message belongs to: 32 hexadecimal digits; undefined where its publisher traced nothing. */
export function traceIdOf({ traceparent }: Envelope): string | undefined {
  const id = TRACEPARENT.exec(traceparent ?? '')?.[1];
  return id === undefined || /^0+$/.test(id) ? undefined : id;
}
