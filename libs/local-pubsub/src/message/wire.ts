/** The few pieces of protobuf's wire format that the hot paths write by hand. Source: protobuf.dev/programming-guides/encoding. */

/** Bytes that a base-128 varint of a non-negative integer takes. */
export function varintSize(value: number): number {
  let size = 1;
  while (value >= 0x80) {
    value = Math.floor(value / 0x80);
    size++;
  }
  return size;
}

/** Writes a non-negative integer as a varint at `offset`; returns the offset after it. */
export function writeVarint(target: Uint8Array, offset: number, value: number): number {
  while (value >= 0x80) {
    target[offset++] = (value % 0x80) | 0x80;
    value = Math.floor(value / 0x80);
  }
  target[offset++] = value;
  return offset;
}

/** A length-delimited field: tag, length, content. `fieldNumber` is below 16. */
export function lengthDelimited(fieldNumber: number, content: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + varintSize(content.length) + content.length);
  bytes[0] = (fieldNumber << 3) | 2;
  bytes.set(content, writeVarint(bytes, 1, content.length));
  return bytes;
}
