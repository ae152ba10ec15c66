/** What of the errors of Google's clients, their authentication and their HTTP and gRPC libraries is looked at. */
interface ClientError {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown; readonly statusCode?: unknown } | null;
  readonly errors?: readonly { readonly reason?: unknown }[] | null;
}

/** As the authentication library words it where there are no credentials, or none that are still valid. */
const NO_CREDENTIALS =
  /default credentials|invalid_grant|invalid_rapt|reauth|refresh token|The file at .* does not exist|Unable to read the credential/i;

/** What to do where {@link lacksCredentials}, for the end of a sentence or as one. */
export const NO_CREDENTIALS_ADVICE =
  'there are no valid credentials for Google Cloud. Run `gcloud auth application-default login` on a workstation; on GKE bind the pod’s service account by Workload Identity.';

/** As the storage client words it where the last request of an upload failed for what might pass; only its text says for what. */
const UPLOAD_FAILED = /^Retry limit exceeded(?:.* - code: (E[A-Z]+))?/s;

/** Codes of Node's own for what the program did wrong: no network is at fault, and no other attempt goes better. */
const OWN_FAULT = /^ERR_(?!STREAM|HTTP2|SOCKET|SSL|TLS)/;

/** Longest part of what Google said that is passed on. */
const LONGEST_REASON = 300;

/** The HTTP status that each status of gRPC (1 to 16) is mapped to; source: google.rpc.Code. */
const HTTP_STATUS_OF_GRPC = [
  undefined,
  ...[499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401],
];

/** Others were at work at the same time; maps to 409, as what exists already does. */
const GRPC_ABORTED = 10;

/** The HTTP status of a refusal, or what it would be of one by gRPC; undefined where there was no answer or one that cannot be understood. */
export function statusOf(error: unknown): number | undefined {
  const { code, status, response } = clientError(error);
  if (typeof code === 'number' && code > 0 && code < HTTP_STATUS_OF_GRPC.length) return HTTP_STATUS_OF_GRPC[code];
  return [code, status, response?.statusCode, response?.status]
    .map((value) => (typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value))
    .find((value): value is number => typeof value === 'number' && value >= 400 && value < 600);
}

/** Whether the same request may succeed in a moment: Google is busy or failed, or the network did. */
export function passes(error: unknown): boolean {
  if (lacksCredentials(error)) return false;
  if (clientError(error).code === GRPC_ABORTED) return true;
  const status = statusOf(error);
  if (status === undefined) {
    const { response } = clientError(error);
    const code = codeOf(error);
    return (code !== 'unknown' && !OWN_FAULT.test(code)) || (response !== undefined && response !== null);
  }
  return (
    status === 408 || status === 429 || status === 499 || status >= 500 || (status === 403 && isRateLimited(error))
  );
}

/** `HTTP 503`, a code of the system's such as ECONNRESET, or `unknown`. */
export function codeOf(error: unknown): string {
  const status = statusOf(error);
  if (status !== undefined) return `HTTP ${status}`;
  const { code } = clientError(error);
  if (typeof code === 'string') return code;
  const upload = UPLOAD_FAILED.exec(messageOf(error));
  return upload === null ? 'unknown' : (upload[1] ?? 'UPLOAD_FAILED');
}

/** Whether there are no credentials, or none that are still valid. */
export function lacksCredentials(error: unknown): boolean {
  return statusOf(error) === 401 || NO_CREDENTIALS.test(messageOf(error));
}

/** Whether fewer requests a second would have been answered; Google says so with 403, too. */
export function isRateLimited(error: unknown): boolean {
  return reasonsOf(error).some((reason) => /^(user)?rateLimitExceeded$/i.test(reason));
}

/** The reasons that a REST service gives, such as quotaExceeded. */
export function reasonsOf(error: unknown): readonly string[] {
  return (clientError(error).errors ?? []).map(({ reason }) => String(reason));
}

/** The first line of what was said, without the query of any address: it holds keys of uploads and signatures. */
export function withoutSecrets(error: unknown): string {
  const line = messageOf(error).trim().split('\n')[0] ?? '';
  return line
    .replace(/\?[^\s"']*/g, '?…')
    .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 …')
    .replace(/\bya29\.\S+/g, '…')
    .slice(0, LONGEST_REASON);
}

function messageOf(error: unknown): string {
  const { message } = clientError(error);
  return typeof message === 'string' ? message : '';
}

function clientError(error: unknown): ClientError {
  return typeof error === 'object' && error !== null ? error : {};
}
