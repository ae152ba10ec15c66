import { PermanentError } from '@closing-bell/contracts';
import { StorageUnavailableError } from '../storage-unavailable-error';

/** What of the errors of Google's client, its authentication and its HTTP libraries is looked at. */
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

/** As the client words it where the last request of an upload failed for what might pass; only its text says for what. */
const UPLOAD_FAILED = /^Retry limit exceeded(?:.* - code: (E[A-Z]+))?/s;

/** Longest part of what Google said that is passed on. */
const LONGEST_REASON = 300;

/** The HTTP status of a refusal, or undefined where there was no answer or one that cannot be understood. */
export function statusOf(error: unknown): number | undefined {
  const { code, status, response } = clientError(error);
  return [code, status, response?.statusCode, response?.status]
    .map((value) => (typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value))
    .find((value): value is number => typeof value === 'number' && value >= 400 && value < 600);
}

/** Whether the same request may succeed in a moment: Google is busy or failed, or the network did. */
export function passes(error: unknown): boolean {
  if (error instanceof PermanentError || error instanceof StorageUnavailableError || lacksCredentials(error))
    return false;
  const status = statusOf(error);
  if (status === undefined) {
    const { response } = clientError(error);
    return codeOf(error) !== 'unknown' || (response !== undefined && response !== null);
  }
  return status === 408 || status === 429 || status >= 500 || (status === 403 && isRateLimited(error));
}

/**
 * What a failed request means for whoever asked: an error that names the object and says what to do. It carries nothing of the
 * request, whose headers and addresses hold tokens.
 */
export function gcsFailure(action: 'read' | 'write' | 'list', uri: string, bucket: string, error: unknown): Error {
  if (error instanceof PermanentError || error instanceof StorageUnavailableError) return error;
  const code = codeOf(error);
  return new StorageUnavailableError(
    `Cannot ${action} ${uri}: ${adviceOn(error, bucket, code)}`,
    { uri, code },
    { cause: new Error(withoutSecrets(error)) },
  );
}

function adviceOn(error: unknown, bucket: string, code: string): string {
  if (lacksCredentials(error)) {
    return 'there are no valid credentials for Google Cloud. Run `gcloud auth application-default login` on a workstation; on GKE bind the pod’s service account by Workload Identity.';
  }
  const status = statusOf(error);
  if (status === 404) {
    return `the bucket ${bucket} is not there. Make it with \`gcloud storage buckets create gs://${bucket}\`, or correct the address.`;
  }
  if (status === 429 || isRateLimited(error)) {
    return `Cloud Storage takes no more requests for bucket ${bucket} at the moment (${code}). The work will be tried again.`;
  }
  if (status === 403) {
    return `the account has no permission at the bucket ${bucket}. Grant it roles/storage.objectUser there: \`gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=ACCOUNT --role=roles/storage.objectUser\`.`;
  }
  if (status !== undefined && status < 500 && status !== 408) {
    return `Cloud Storage refused the request for bucket ${bucket} (${code}). The cause says why.`;
  }
  if (code === 'CONTENT_DOWNLOAD_MISMATCH') {
    return `what came from bucket ${bucket} does not have its checksum. The work will be tried again; if it stays so, the object is damaged.`;
  }
  return status === undefined
    ? `Cloud Storage cannot be reached for bucket ${bucket} (${code}). See to the network or CLOSING_BELL_GCS_ENDPOINT; the work will be tried again.`
    : `Cloud Storage failed for bucket ${bucket} (${code}). The work will be tried again.`;
}

function codeOf(error: unknown): string {
  const status = statusOf(error);
  if (status !== undefined) return `HTTP ${status}`;
  const { code } = clientError(error);
  if (typeof code === 'string') return code;
  const upload = UPLOAD_FAILED.exec(messageOf(error));
  return upload === null ? 'unknown' : (upload[1] ?? 'UPLOAD_FAILED');
}

function lacksCredentials(error: unknown): boolean {
  return statusOf(error) === 401 || NO_CREDENTIALS.test(messageOf(error));
}

function isRateLimited(error: unknown): boolean {
  return (clientError(error).errors ?? []).some(({ reason }) => /^(user)?rateLimitExceeded$/i.test(String(reason)));
}

/** The first line of what was said, without the query of any address: it holds keys of uploads and signatures. */
function withoutSecrets(error: unknown): string {
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
