import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { FaultyProxy } from '../../../storage/test/gcs/faulty-proxy';
import { openWarehouse } from '../../src';
import { BigQueryConnection } from '../../src/bigquery/bigquery-connection';
import { bigQueryFailure, passes } from '../../src/bigquery/bigquery-failure';

const LOCATION = { projectId: 'closing-bell', datasetId: 'closing_bell' };
const QUICK = { totalMs: 5000, attemptMs: 1000, firstPauseMs: 5, longestPauseMs: 20 };

/** What BigQuery answers to a request that it refuses. */
function refusal(status: number, reason: string, message: string) {
  return {
    status,
    body: JSON.stringify({ error: { code: status, message, errors: [{ domain: 'global', reason, message }] } }),
  };
}

describe('a request that BigQuery refuses', () => {
  // Answers by itself: there is nothing behind it.
  const stub = new FaultyProxy(() => 'http://127.0.0.1:9');
  beforeAll(() => stub.start());
  afterAll(() => stub.stop());
  beforeEach(() => {
    stub.seen.splice(0);
    stub.headers.splice(0);
  });

  const connection = () => new BigQueryConnection(LOCATION, { endpoint: stub.url, limits: QUICK, random: () => 0.5 });
  async function ask(): Promise<Error> {
    try {
      for await (const _ of connection().pages({ query: 'SELECT 1' }, 10)) continue;
    } catch (error) {
      return error as Error;
    }
    throw new Error('it was answered');
  }

  it.each([
    [
      'for want of credentials',
      refusal(401, 'authError', 'Request had invalid authentication credentials.'),
      /there are no valid credentials for Google Cloud\. Run `gcloud auth application-default login`.*Workload Identity/,
    ],
    [
      'for want of a permission',
      refusal(
        403,
        'accessDenied',
        'Access Denied: Project closing-bell: User does not have bigquery.jobs.create permission',
      ),
      /no permission \(Access Denied.*roles\/bigquery\.dataEditor on the dataset closing_bell and roles\/bigquery\.jobUser on the project closing-bell/,
    ],
    [
      'for a dataset that is not there',
      refusal(404, 'notFound', 'Not found: Dataset closing-bell:closing_bell was not found in location EU'),
      /the dataset closing_bell.*is not there \(Not found: Dataset.*`closing-bell setup` makes what is missing/,
    ],
    [
      'for a quota that is used up',
      refusal(403, 'quotaExceeded', 'Quota exceeded: Your project exceeded quota for free query bytes scanned.'),
      /a quota is used up \(Quota exceeded: .*“Quotas & System Limits” of project closing-bell.*will be tried again/,
    ],
    [
      'for want of a billing account',
      refusal(403, 'billingNotEnabled', 'BigQuery: Streaming insert is not allowed in the free tier'),
      /project closing-bell has no billing account/,
    ],
    [
      'for its SQL',
      refusal(400, 'invalidQuery', 'Unrecognized name: nonsense at [1:8]'),
      /BigQuery refused the request \(Unrecognized name: nonsense at \[1:8\]\)/,
    ],
  ])('%s fails at once, with one line that says what to do', async (_, answer, message) => {
    stub.faultOf = () => answer;
    const failure = await ask();
    expect(failure).toMatchObject({ name: 'WarehouseUnavailableError' });
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/^Cannot query bigquery:\/\/closing-bell\/closing_bell: /);
    expect(failure.message).not.toContain('\n');
    expect(stub.seen).toHaveLength(1);
  });

  it.each([
    ['429', refusal(429, 'rateLimitExceeded', 'slow down')],
    ['403 for its rate', refusal(403, 'rateLimitExceeded', 'Exceeded rate limits: too many api requests')],
    ['500', refusal(500, 'backendError', 'An internal error occurred')],
    ['503', refusal(503, 'backendError', 'try again')],
    ['a broken connection', 'break' as const],
    ['no answer', 'hang' as const],
  ])('with %s is repeated until it is taken', async (_, fault) => {
    let left = 2;
    stub.faultOf = () => (left-- > 0 ? fault : refusal(400, 'invalidQuery', 'it was asked again'));
    expect((await ask()).message).toContain('it was asked again');
    expect(stub.seen).toHaveLength(3);
  });

  it('again and again is given up after a time, and says that the work will be tried again', async () => {
    stub.faultOf = () => refusal(503, 'backendError', 'try again');
    const limits = { totalMs: 1500, attemptMs: 1000, firstPauseMs: 1000, longestPauseMs: 1000 };
    const connection = new BigQueryConnection(LOCATION, { endpoint: stub.url, limits, random: () => 0.5 });
    await expect(connection.ask('look at', (dataset) => dataset.getMetadata())).rejects.toThrow(
      'Cannot look at bigquery://closing-bell/closing_bell: BigQuery failed (HTTP 503). The work will be tried again.',
    );
  });

  it('when nobody is there says so', async () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
    expect(passes(error)).toBe(true);
    expect(bigQueryFailure('query', LOCATION, error).message).toMatch(
      /BigQuery cannot be reached \(ECONNREFUSED\)\. See to the network or CLOSING_BELL_BIGQUERY_ENDPOINT/,
    );
  });

  it('by another address than Google’s carries no credentials, and nobody is asked for any', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'closing-bell-key-'));
    const file = join(folder, 'credentials.json');
    writeFileSync(
      file,
      JSON.stringify({ type: 'authorized_user', client_id: 'a', client_secret: 'b', refresh_token: 'c' }),
    );
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file;
    try {
      stub.faultOf = () => refusal(400, 'invalidQuery', 'so far');
      // With credentials it would ask for a token first, and that would fail here.
      expect((await ask()).message).toContain('so far');
      expect(stub.headers.map(({ authorization }) => authorization)).toEqual([undefined]);
    } finally {
      delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
      rmSync(folder, { recursive: true });
    }
  });

  it('as a job that failed is repeated only for what passes', () => {
    const failed = (reason: string) => Object.assign(new Error(reason), { errors: [{ reason }], response: {} });
    expect(
      ['backendError', 'jobRateLimitExceeded', 'rateLimitExceeded'].map((reason) => passes(failed(reason))),
    ).toEqual([true, true, true]);
    expect(
      ['invalidQuery', 'accessDenied', 'quotaExceeded', 'stopped'].map((reason) => passes(failed(reason))),
    ).toEqual([false, false, false, false]);
  });

  it('shows no secret of it, however the error is printed', async () => {
    const token = 'ya29.c0ffee';
    const error = Object.assign(new Error(`request to https://host/q?key=sesame failed with Bearer ${token}`), {
      code: 'ECONNRESET',
      config: { headers: { Authorization: `Bearer ${token}` } },
      response: { request: token },
    });
    const shown = inspect(bigQueryFailure('query', LOCATION, error), { depth: 10, showHidden: true });
    expect(shown).not.toContain('c0ffee');
    expect(shown).not.toContain('sesame');
  });

  it('is told when the warehouse is opened', async () => {
    stub.faultOf = () => refusal(404, 'notFound', 'Not found: Dataset');
    await expect(openWarehouse('bigquery://closing-bell/closing_bell', { bigQueryEndpoint: stub.url })).rejects.toThrow(
      '`closing-bell setup` makes what is missing',
    );
  });
});
