import { accountOf } from '../src/account-of';

describe('accountOf', () => {
  it('puts an error and its causes into one line', () => {
    const error = new Error('cannot read\n  objects', { cause: new TypeError('fetch failed') });
    expect(accountOf(error, 500)).toBe('Error: cannot read objects; because of TypeError: fetch failed');
  });

  it.each([
    ['a password in an address', 'GET https://user:hunter22@host/path failed', 'GET https://…@host/path failed'],
    ['a signature in an address', 'GET https://host/o?X-Goog-Signature=abc failed', 'GET https://host/o?… failed'],
    ['a bearer token', 'Authorization: Bearer abcdef0123456', 'Authorization: … …'],
    ['a bearer token by itself', 'sent Bearer abcdef0123456', 'sent Bearer …'],
    ['a key in JSON', 'refused {"apiKey":"abc123","a":1}', 'refused {"apiKey":"…","a":1}'],
  ])('hides %s', (_, message, shown) => {
    expect(accountOf(new Error(message), 500)).toBe(`Error: ${shown}`);
  });

  it('keeps to the limit in bytes', () => {
    expect(Buffer.byteLength(accountOf(new Error('é'.repeat(600)), 500))).toBeLessThanOrEqual(500);
  });

  it('says something of what is no error', () => {
    expect(accountOf('the disk is full', 500)).toBe('the disk is full');
  });
});
