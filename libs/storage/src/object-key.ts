import { PermanentError } from '@closing-bell/contracts';

const SEGMENT = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$/;
const LONGEST_SEGMENT = 200;
const LONGEST_KEY = 1000;

export function isKey(key: string): boolean {
  return (
    key.length <= LONGEST_KEY &&
    key.split('/').every((segment) => segment.length <= LONGEST_SEGMENT && SEGMENT.test(segment))
  );
}

/**
 * Accepts keys of segments divided by '/', each of 1–200 letters, digits and `. _ = -`, not starting with a dot; at most
 * 1,000 characters. Anything else, such as `..`, an absolute path or an empty segment, throws PermanentError `invalid-key`.
 */
export function checkKey(key: string): void {
  if (isKey(key)) return;
  throw new PermanentError(
    `'${key}' is no object key. A key is made of segments of letters, digits and . _ = - divided by '/'; write other text, such as a symbol, with keySegment().`,
    { reason: 'invalid-key', key },
  );
}

/**
 * Any text, such as a symbol, as one segment of a key: letters, digits, '-' and dots stay as they are, every other byte of
 * its UTF-8 form (and a dot at the start) becomes `_` and two hexadecimal digits. `^GSPC` → `_5EGSPC`, `BRK.B` → `BRK.B`.
 * Different texts give different segments. Throws PermanentError `invalid-key` for the empty text, and for one whose segment would
 * be longer than 200 characters.
 */
export function keySegment(text: string): string {
  if (text === '')
    throw new PermanentError('An empty text cannot be part of an object key.', { reason: 'invalid-key', key: '' });
  const segment = text.replace(/^\.|[^A-Za-z0-9.-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `_${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
  if (segment.length <= LONGEST_SEGMENT) return segment;
  throw new PermanentError(
    `'${text}' is too long to be part of an object key: written as one it has ${segment.length} characters, and ${LONGEST_SEGMENT} are allowed.`,
    { reason: 'invalid-key', key: text },
  );
}
