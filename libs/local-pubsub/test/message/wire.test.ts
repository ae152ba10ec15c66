import fc from 'fast-check';
import { Reader } from 'protobufjs/minimal';
import { lengthDelimited, varintSize, writeVarint } from '../../src/message/wire';

describe('a varint', () => {
  it('reads back by the reference reader and has the size foretold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        const bytes = new Uint8Array(10);
        const end = writeVarint(bytes, 0, value);
        expect(end).toBe(varintSize(value));
        expect(Reader.create(bytes).uint32()).toBe(value);
      }),
    );
  });
});

describe('a length-delimited field', () => {
  it.each([0, 1, 127, 128, 20_000])('of %d bytes reads back by the reference reader', (length) => {
    const content = Buffer.alloc(length, 7);
    const reader = Reader.create(lengthDelimited(3, content));
    expect(reader.uint32()).toBe((3 << 3) | 2);
    expect(Buffer.from(reader.bytes())).toEqual(content);
    expect(reader.pos).toBe(reader.len);
  });
});
