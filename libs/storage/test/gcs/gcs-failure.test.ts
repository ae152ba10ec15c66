import { inspect } from 'node:util';
import { gcsFailure, passes } from '../../src/gcs/gcs-failure';

/** Errors as Google's client and its authentication word them, for what no emulator answers. */
const failureOf = (error: unknown) => gcsFailure('read', 'gs://bucket/a', 'bucket', error);

describe('a failure of Cloud Storage', () => {
  it.each([
    Object.assign(new Error('Could not load the default credentials. Browse to https://… for more information.')),
    Object.assign(new Error('invalid_grant'), { code: '400', status: 400 }),
    Object.assign(new Error('The file at /key.json does not exist, or it is not a file.'), { code: 'ENOENT' }),
    Object.assign(new Error('Invalid Credentials'), { code: 401 }),
  ])('for want of credentials says how to get them: %s', (error) => {
    expect(passes(error)).toBe(false);
    expect(failureOf(error).message).toMatch(/gcloud auth application-default login.*Workload Identity/);
  });

  it('that asks for fewer requests with 403 passes', () => {
    const error = Object.assign(new Error('slow down'), { code: 403, errors: [{ reason: 'rateLimitExceeded' }] });
    expect(passes(error)).toBe(true);
    expect(failureOf(error).message).toContain('no more requests');
  });

  it.each([400, 403, 404, 412])('with %s does not pass by itself', (code) => {
    expect(passes(Object.assign(new Error('no'), { code }))).toBe(false);
  });

  it.each([408, 429, 500, 502, 503, 504, 'ECONNRESET', 'EAI_AGAIN', 'ETIMEDOUT'])('with %s may pass', (code) => {
    expect(passes(Object.assign(new Error('no'), { code }))).toBe(true);
  });

  it('shows no secret of the request, however it is printed', () => {
    const token = 'ya29.c0ffee';
    const error = Object.assign(
      new Error(`request to https://host/o?upload_id=sesame failed with Bearer ${token}, also ${token}`),
      { code: 'ECONNRESET', config: { headers: { Authorization: `Bearer ${token}` } }, response: { request: token } },
    );
    const shown = inspect(failureOf(error), { depth: 10, showHidden: true });
    expect(shown).not.toContain('c0ffee');
    expect(shown).not.toContain('sesame');
    expect(shown).toContain('request to https://host/o?… failed');
  });
});
