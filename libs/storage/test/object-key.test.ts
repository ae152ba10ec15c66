import * as fc from 'fast-check';
import { keySegment } from '../src';
import { isKey } from '../src/object-key';

describe('a key segment', () => {
  it.each([
    ['^GSPC', '_5EGSPC'],
    ['BRK.B', 'BRK.B'],
    ['BRK-B', 'BRK-B'],
    ['BRK/B', 'BRK_2FB'],
    ['..', '_2E.'],
    ['A_B', 'A_5FB'],
    ['ÖMV', '_C3_96MV'],
  ])('of %s is %s', (text, segment) => {
    expect(keySegment(text)).toBe(segment);
  });

  it('is a key for any text that is not too long', () => {
    // A byte takes three characters at most.
    const short = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((text) => 3 * Buffer.byteLength(text) <= 200);
    fc.assert(fc.property(short, (text) => isKey(keySegment(text))));
  });

  it('is refused for a text that would make too long a key', () => {
    expect(keySegment('A'.repeat(200))).toHaveLength(200);
    for (const text of ['A'.repeat(201), '^'.repeat(67), '𐀀'.repeat(17)]) {
      expect(() => keySegment(text)).toThrow(expect.objectContaining({ reason: 'invalid-key' }) as Error);
    }
  });

  it('differs for different texts', () => {
    const text = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('_', '5', 'E', '^', '.', '/', 'é') });
    fc.assert(
      fc.property(text, text, (a, b) => a === b || keySegment(a) !== keySegment(b)),
      { numRuns: 2000 },
    );
  });

  it('of the empty text is refused', () => {
    expect(() => keySegment('')).toThrow('empty');
  });
});
