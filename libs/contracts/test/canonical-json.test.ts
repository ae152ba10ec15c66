import { canonicalJson } from '../src';
import fc from 'fast-check';

describe('canonicalJson', () => {
  it('orders keys by code point, at every depth, and leaves out undefined members', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, 'x', null], c: true }, e: undefined })).toBe(
      '{"a":{"c":true,"d":[1,"x",null]},"b":1}',
    );
  });

  it('gives the same text whatever the order in which members were added, and JSON.parse gives the value back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(record));
        expect(JSON.parse(canonicalJson(record))).toEqual(JSON.parse(JSON.stringify(record)));
      }),
    );
  });

  it.each([NaN, Infinity, 1n, () => 1, undefined])('refuses %p, which JSON would silently change', (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});
