import { inspect } from 'node:util';
import { PermanentError } from '@closing-bell/contracts';
import { MlflowConnection, type MlflowRequest, type MlflowServer } from '../../src/mlflow/mlflow-connection';
import { MlflowRefusedError, MlflowUnavailableError } from '../../src/mlflow/mlflow-errors';
import { StubServer } from './stub-server';

const READ: MlflowRequest = { method: 'GET', path: 'mlflow/runs/get', query: { run_id: 'a b' }, repeatable: true };
const CREATE: MlflowRequest = { method: 'POST', path: 'mlflow/runs/create', body: { a: 1 }, repeatable: false };

describe('the connection to MLflow', () => {
  const stub = new StubServer();
  let pauses: number[];

  beforeAll(() => stub.start());
  afterAll(() => stub.stop());
  beforeEach(() => (pauses = []));

  const connect = (server: Partial<MlflowServer> = {}): MlflowConnection =>
    new MlflowConnection(
      { url: stub.url, ...server },
      { fetch, random: () => 0.5, sleep: async (milliseconds) => void pauses.push(milliseconds) },
    );

  const failureOf = async (request: MlflowRequest, server: Partial<MlflowServer> = {}): Promise<Error> => {
    const outcome = await connect(server)
      .json(request)
      .catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
    return outcome as Error;
  };

  it('asks below the address, with the query encoded and the body as JSON', async () => {
    stub.answer(() => ({ body: { here: true } }));
    expect(await connect({ url: `${stub.url}/behind/a/proxy/` }).json(READ)).toEqual({ here: true });
    await connect().json(CREATE);
    expect(stub.requests.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/behind/a/proxy/api/2.0/mlflow/runs/get?run_id=a+b'],
      ['POST', '/api/2.0/mlflow/runs/create'],
    ]);
    expect(stub.requests[1]?.body.toString()).toBe('{"a":1}');
    expect(stub.requests[1]?.headers['content-type']).toBe('application/json');
  });

  it('sends bytes unchanged', async () => {
    stub.answer(() => ({ body: Buffer.from([0, 255]) }));
    const bytes = Buffer.from([1, 0, 254, 10]);
    const answer = await connect().bytes({ method: 'PUT', path: 'mlflow-artifacts/x', body: bytes, repeatable: true });
    expect(answer).toEqual(Buffer.from([0, 255]));
    expect(stub.requests[0]?.body).toEqual(bytes);
  });

  it.each<[string, Partial<MlflowServer>, string | undefined]>([
    ['nobody', {}, undefined],
    ['a user', { username: 'user', password: 'pass:word' }, `Basic ${btoa('user:pass:word')}`],
    ['a token', { token: 'abc.def' }, 'Bearer abc.def'],
    ['a token rather than a user', { username: 'user', password: 'pass', token: 'abc' }, 'Bearer abc'],
  ])('comes as %s', async (_, server, authorization) => {
    stub.answer(() => ({}));
    await connect(server).json(READ);
    expect(stub.requests[0]?.headers.authorization).toBe(authorization);
  });

  it('comes as the user that the address names, which it takes out of the address', async () => {
    stub.answer(() => ({}));
    const connection = connect({ url: stub.url.replace('//', '//user:p%40ss@') });
    await connection.json(READ);
    expect(stub.requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:p@ss')}`);
    expect(connection.url).toBe(stub.url);
  });

  it('names the workspace where there is one', async () => {
    stub.answer(() => ({}));
    await connect({ workspace: 'desk' }).json(READ);
    await connect().json(READ);
    expect(stub.requests.map(({ headers }) => headers['x-mlflow-workspace'])).toEqual(['desk', undefined]);
  });

  it.each([
    ['an answer of 500', { status: 500 }],
    ['an answer of 503', { status: 503 }],
    ['a cut connection', 'cut'] as const,
  ])('repeats what may be repeated after %s, with pauses that grow', async (_, failure) => {
    stub.answerInTurn(failure, failure, failure, { body: { done: 1 } });
    expect(await connect().json(READ)).toEqual({ done: 1 });
    expect(stub.requests).toHaveLength(4);
    expect(pauses).toEqual([375, 750, 1500]);
  });

  it('gives up after the fourth time, saying that it may succeed later', async () => {
    stub.answerInTurn({ status: 502, body: 'Bad Gateway' });
    const failure = await failureOf(READ);
    expect(stub.requests).toHaveLength(4);
    expect(failure).toBeInstanceOf(MlflowUnavailableError);
    expect(failure).not.toBeInstanceOf(PermanentError);
    expect(failure).toMatchObject({ details: { reason: 'failed', call: 'GET mlflow/runs/get', mayBeDone: false } });
  });

  it.each([['an answer of 500', { status: 500 }], ['a cut connection', 'cut'] as const])(
    'asks once for what would be done twice, and says after %s that it may be done',
    async (_, failure) => {
      stub.answerInTurn(failure);
      expect(await failureOf(CREATE)).toMatchObject({ name: 'MlflowUnavailableError', details: { mayBeDone: true } });
      expect(stub.requests).toHaveLength(1);
    },
  );

  it('repeats anything that the server was too busy to begin, no sooner than it asks for', async () => {
    stub.answerInTurn({ status: 429, headers: { 'retry-after': '3' } }, { body: { done: 1 } });
    expect(await connect().json(CREATE)).toEqual({ done: 1 });
    expect(pauses).toEqual([3000]);
  });

  it('repeats anything that the database refused because another client wrote the same at once', async () => {
    const message = '(sqlite3.IntegrityError) UNIQUE constraint failed: registered_model_aliases.name';
    stub.answerInTurn({ status: 400, body: { error_code: 'BAD_REQUEST', message } }, { body: { done: 1 } });
    expect(await connect().json(CREATE)).toEqual({ done: 1 });
  });

  it('repeats anything where nobody listens', async () => {
    const gone = new StubServer();
    await gone.start();
    const { url } = gone;
    await gone.stop();
    const failure = await failureOf(CREATE, { url });
    expect(pauses).toHaveLength(3);
    expect(failure).toMatchObject({ details: { reason: 'unreachable', mayBeDone: false } });
    expect(failure.message).toContain('(ECONNREFUSED)');
    expect(failure.message).toContain('MLFLOW_TRACKING_URI');
  });

  it('waits no longer than its limit', async () => {
    stub.answerInTurn('hang');
    const failure = await failureOf(CREATE, { timeoutMs: 50 });
    expect(failure).toMatchObject({ details: { reason: 'timed-out', mayBeDone: true } });
    stub.answerInTurn('hang', { body: { done: 1 } });
    expect(await connect({ timeoutMs: 50 }).json(READ)).toEqual({ done: 1 });
  });

  it.each([
    ['mlflow-unauthorised', { status: 401, body: 'You are not authenticated.' }, 'MLFLOW_TRACKING_TOKEN'],
    ['mlflow-forbidden', { status: 403, body: 'Permission denied' }, 'MLFLOW_TRACKING_USERNAME'],
    [
      'mlflow-host-refused',
      { status: 403, body: 'Invalid Host header - possible DNS rebinding attack detected' },
      '--allowed-hosts 127.0.0.1',
    ],
    [
      'mlflow-redirected',
      { status: 302, headers: { location: 'https://login.example/?next=1' } },
      'https://login.example.',
    ],
    ['no-mlflow', { status: 404, body: '<html>Not Found</html>' }, 'MLFLOW_TRACKING_URI'],
    ['no-mlflow', { status: 200, body: '<html>Welcome</html>' }, 'other than JSON'],
    [
      'mlflow-refused',
      { status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE', message: 'Changing param values is not allowed' } },
      'Changing param values is not allowed',
    ],
  ] as const)('takes %s for permanent and says what to do', async (reason, answer, advice) => {
    stub.answerInTurn(answer);
    const failure = await failureOf(READ);
    expect(failure).toBeInstanceOf(MlflowRefusedError);
    expect(failure).toMatchObject({ reason });
    expect(failure.message).toContain(advice);
    expect(stub.requests).toHaveLength(1);
  });

  it('keeps the code by which MLflow refuses', async () => {
    stub.answerInTurn({ status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'Run not found' } });
    expect(await failureOf(READ)).toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });

  it('shows no credentials, whatever the server says', async () => {
    const shown = ['hunter22', 'token-of-mine', btoa('user:hunter22')];
    const clean = (value: unknown): void => {
      for (const secret of shown) expect(inspect(value, { depth: 9, showHidden: true })).not.toContain(secret);
    };
    const user = { username: 'user', password: 'hunter22' };
    for (const status of [302, 400, 401, 403, 404, 429, 500]) {
      const headers = { location: 'https://x.example/?token=token-of-mine' };
      stub.answerInTurn({ status, headers, body: { error_code: 'X', message: shown.join(' ') } });
      clean(await failureOf(CREATE, { ...user, token: 'token-of-mine' }));
      stub.answerInTurn({ status, body: { error_code: 'X', message: `hunter22 ${btoa('user:hunter22')}` } });
      clean(await failureOf(CREATE, user));
      clean(await failureOf(CREATE, { url: stub.url.replace('//', '//user:hunter22@') }));
    }
    stub.answerInTurn('cut');
    clean(await failureOf(CREATE, { ...user, token: 'token-of-mine' }));
    clean(connect({ ...user, token: 'token-of-mine' }));
    for (const broken of [{ url: 'user:hunter22@nowhere' }, { token: 'token-of-mine\n' }]) {
      expect(() => connect(broken)).toThrow(/MLFLOW_TRACKING_(URI|TOKEN)/);
      try {
        connect(broken);
      } catch (error) {
        clean(error);
      }
    }
  });
});
