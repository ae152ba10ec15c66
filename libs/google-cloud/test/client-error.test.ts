import { codeOf, passes, statusOf } from '../src';

const grpc = (code: number) => Object.assign(new Error(`${code} said no`), { code });

describe('an error of a client by gRPC', () => {
  it.each([
    ['CANCELLED', 1, 499, true],
    ['INVALID_ARGUMENT', 3, 400, false],
    ['DEADLINE_EXCEEDED', 4, 504, true],
    ['NOT_FOUND', 5, 404, false],
    ['PERMISSION_DENIED', 7, 403, false],
    ['RESOURCE_EXHAUSTED', 8, 429, true],
    ['ALREADY_EXISTS', 6, 409, false],
    ['ABORTED', 10, 409, true],
    ['UNAVAILABLE', 14, 503, true],
    ['UNAUTHENTICATED', 16, 401, false],
  ])('%s is looked at as the HTTP status that it maps to', (_, code, status, isPassing) => {
    expect(statusOf(grpc(code))).toBe(status);
    expect(passes(grpc(code))).toBe(isPassing);
  });
});

describe('an error without a status', () => {
  it('is told by the code of the system, and passes', () => {
    const error = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    expect(codeOf(error)).toBe('ECONNREFUSED');
    expect(passes(error)).toBe(true);
  });

  it('that is the program’s own does not pass', () => {
    expect(passes(Object.assign(new TypeError('no'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBe(false);
    expect(passes(Object.assign(new Error('no'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }))).toBe(true);
  });

  it('is unknown where nothing says what it is, and does not pass', () => {
    expect(codeOf(new TypeError('x is undefined'))).toBe('unknown');
    expect(passes(new TypeError('x is undefined'))).toBe(false);
  });
});
