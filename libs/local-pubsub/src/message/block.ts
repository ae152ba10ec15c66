import { type BlockProgress } from '../delivery/block-progress';
import { type Topic } from '../broker/topic';
import { type MessageSpan } from './publish-request';
import { writeVarint } from './wire';

/** One published message: where it lies in its block's bytes, and what the server decides by. */
export class Message {
  constructor(
    readonly block: Block,
    /** The server's message id: unique, increasing in publish order. */
    readonly id: number,
    readonly span: MessageSpan,
  ) {}

  /** Bytes on the wire, attributes included: what flow control counts. */
  get size(): number {
    return this.span.end - this.span.start;
  }
}

/**
 * The messages of one publish request, kept as the bytes that the client sent. It is the unit of storage: a block is
 * written once and dropped once, when no subscription needs any message of it.
 */
export class Block {
  readonly messages: Message[];
  /** Per subscription that was attached when the block was published and wants at least one of its messages. */
  readonly progress: BlockProgress[] = [];
  /** How many of `progress` still have something to deliver. */
  unfinished = 0;
  readonly #publishTimeField: Buffer;

  constructor(
    readonly topic: Topic,
    /** Id of the first message; the others follow without a gap. */
    readonly id: number,
    /** Milliseconds since 1970. */
    readonly publishTime: number,
    /** The PublishRequest as it arrived. */
    readonly bytes: Buffer,
    spans: readonly MessageSpan[],
  ) {
    this.messages = spans.map((span, index) => new Message(this, id + index, span));
    this.#publishTimeField = publishTimeField(publishTime);
  }

  get lastMessageId(): number {
    return this.id + this.messages.length - 1;
  }

  /** Bytes of a message as {@link writeMessage} writes it. */
  deliveredSize(message: Message): number {
    return message.size + ID_FIELD_SIZE + this.#publishTimeField.length;
  }

  /**
   * Writes a PubsubMessage: the publisher's own bytes, then id and publish time. Of a field that appears twice protobuf
   * keeps the last, so an id or time that the publisher set has no effect.
   */
  writeMessage(message: Message, target: Buffer, offset: number): number {
    const { start, end } = message.span;
    offset += this.bytes.copy(target, offset, start, end);
    target[offset++] = (3 << 3) | 2;
    target[offset++] = ID_DIGITS;
    target.write(String(message.id), offset, ID_DIGITS, 'latin1');
    offset += ID_DIGITS;
    return offset + this.#publishTimeField.copy(target, offset);
  }
}

/** Ids start at microseconds since 1970 (see Broker), so they have sixteen digits from 2001 to 2286. */
const ID_DIGITS = 16;
const ID_FIELD_SIZE = 2 + ID_DIGITS;

/** Field 4 of PubsubMessage. Seconds and nanos are written even where zero, so as to override the publisher's. */
function publishTimeField(publishTime: number): Buffer {
  const seconds = Math.floor(publishTime / 1000);
  const field = Buffer.alloc(16);
  let end = 2;
  field[end++] = 1 << 3;
  end = writeVarint(field, end, seconds);
  field[end++] = 2 << 3;
  end = writeVarint(field, end, (publishTime - seconds * 1000) * 1_000_000);
  field[0] = (4 << 3) | 2;
  field[1] = end - 2;
  return field.subarray(0, end);
}
