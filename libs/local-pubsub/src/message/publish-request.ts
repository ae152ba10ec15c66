import { Reader } from 'protobufjs/minimal';
import { invalidArgument, StatusError } from '../status-error';
import { LIMITS, requireAtMost, RESERVED_PREFIX } from './limits';
import { lengthDelimited } from './wire';

/** Where a message lies in a publish request, and its ordering key ('' for none). */
export interface MessageSpan {
  readonly start: number;
  readonly end: number;
  readonly orderingKey: string;
}

export interface PublishRequest {
  readonly topic: string;
  readonly spans: readonly MessageSpan[];
}

const reservedPrefix = Buffer.from(RESERVED_PREFIX);

/**
 * Finds the messages in an encoded google.pubsub.v1.PublishRequest without copying them.
 *
 * @throws StatusError INVALID_ARGUMENT for bytes that are no such request and, unless `limits` is 'ignored', for what is
 *   above one of Google's limits. Ignore them for what was checked before: stored requests and dead letters.
 */
export function parsePublishRequest(bytes: Buffer, limits: 'enforced' | 'ignored'): PublishRequest {
  if (limits === 'enforced') requireAtMost(LIMITS.requestBytes, bytes.length, 'Request payload size in bytes');
  try {
    const request = readRequest(bytes);
    if (limits === 'enforced') checkRequest(bytes, request);
    return request;
  } catch (error) {
    if (error instanceof StatusError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidArgument(`The publish request cannot be decoded: ${reason}.`);
  }
}

function readRequest(bytes: Buffer): PublishRequest {
  const spans: MessageSpan[] = [];
  let topic = '';
  const reader = Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x0a) topic = reader.string();
    else if (tag === 0x12) spans.push(readMessage(reader, bytes, spans.length));
    else reader.skipType(tag & 7);
  }
  return { topic, spans };
}

function checkRequest(bytes: Buffer, { spans }: PublishRequest): void {
  if (spans.length === 0) throw invalidArgument('A publish request needs at least one message.');
  requireAtMost(LIMITS.messagesPerPublish, spans.length, 'Messages in a publish request');
  for (const [index, span] of spans.entries()) checkMessage(bytes, span, index);
}

/** Reads one PubsubMessage as far as every publish needs: its extent and its ordering key. */
function readMessage(reader: Reader, bytes: Buffer, index: number): MessageSpan {
  const length = reader.uint32();
  const start = reader.pos;
  const end = start + length;
  if (end > bytes.length) throw new RangeError(`message ${index} ends after the request`);
  let orderingKey = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x2a) orderingKey = reader.string();
    else reader.skipType(tag & 7);
  }
  if (reader.pos !== end) throw new RangeError(`message ${index} runs over its end`);
  return { start, end, orderingKey };
}

function checkMessage(bytes: Buffer, span: MessageSpan, index: number): void {
  const what = `Message ${index}`;
  let dataBytes = 0;
  let attributes = 0;
  const reader = Reader.create(bytes);
  reader.pos = span.start;
  while (reader.pos < span.end) {
    const tag = reader.uint32();
    if (tag === 0x0a) {
      dataBytes = reader.uint32();
      reader.skip(dataBytes);
    } else if (tag === 0x12) {
      checkAttribute(reader, bytes, `${what}, attribute ${attributes++}`);
    } else reader.skipType(tag & 7);
  }
  if (dataBytes === 0 && attributes === 0) {
    throw invalidArgument(`${what} is empty: a message needs data or at least one attribute.`);
  }
  requireAtMost(LIMITS.messageBytes, dataBytes, `${what}, data size in bytes`);
  requireAtMost(LIMITS.attributesPerMessage, attributes, `${what}, number of attributes`);
  if (span.orderingKey) {
    requireAtMost(LIMITS.orderingKeyBytes, Buffer.byteLength(span.orderingKey), `${what}, ordering key size in bytes`);
  }
}

function checkAttribute(reader: Reader, bytes: Buffer, what: string): void {
  const end = reader.uint32() + reader.pos;
  let keyStart = 0;
  let keyBytes = 0;
  let valueBytes = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) {
      keyBytes = reader.uint32();
      keyStart = reader.pos;
      reader.skip(keyBytes);
    } else if (tag === 0x12) {
      valueBytes = reader.uint32();
      reader.skip(valueBytes);
    } else reader.skipType(tag & 7);
  }
  if (keyBytes === 0) throw invalidArgument(`${what}: the key is empty.`);
  requireAtMost(LIMITS.attributeKeyBytes, keyBytes, `${what}, key size in bytes`);
  requireAtMost(LIMITS.attributeValueBytes, valueBytes, `${what}, value size in bytes`);
  if (bytes.subarray(keyStart, keyStart + Math.min(keyBytes, reservedPrefix.length)).equals(reservedPrefix)) {
    throw invalidArgument(`${what}: a key must not start with "${RESERVED_PREFIX}".`);
  }
}

/** Attributes of a message, decoded anew at every call: only filters ask for them. */
export function attributesOf(bytes: Buffer, span: MessageSpan): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const reader = Reader.create(bytes);
  reader.pos = span.start;
  while (reader.pos < span.end) {
    const tag = reader.uint32();
    if (tag !== 0x12) {
      reader.skipType(tag & 7);
      continue;
    }
    const end = reader.uint32() + reader.pos;
    let key = '';
    let value = '';
    while (reader.pos < end) {
      const field = reader.uint32();
      if (field === 0x0a) key = reader.string();
      else if (field === 0x12) value = reader.string();
      else reader.skipType(field & 7);
    }
    attributes.set(key, value);
  }
  return attributes;
}

/** A publish request of one message: an already encoded one with attributes added. */
export function republishRequest(
  topic: string,
  message: Uint8Array,
  added: Readonly<Record<string, string>>,
): Buffer<ArrayBuffer> {
  const attributes = Object.entries(added).map(([key, value]) =>
    lengthDelimited(2, Buffer.concat([lengthDelimited(1, Buffer.from(key)), lengthDelimited(2, Buffer.from(value))])),
  );
  return Buffer.concat([
    lengthDelimited(1, Buffer.from(topic)),
    lengthDelimited(2, Buffer.concat([message, ...attributes])),
  ]);
}
