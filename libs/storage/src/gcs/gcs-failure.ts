import { PermanentError } from '@closing-bell/contracts';
import {
  codeOf,
  isRateLimited,
  lacksCredentials,
  NO_CREDENTIALS_ADVICE,
  passes as mayPass,
  statusOf,
  withoutSecrets,
} from '@closing-bell/google-cloud';
import { StorageUnavailableError } from '../storage-unavailable-error';

/** Whether the same request may succeed in a moment. */
export function passes(error: unknown): boolean {
  if (error instanceof PermanentError || error instanceof StorageUnavailableError) return false;
  return mayPass(error);
}

/**
 * What a failed request means for whoever asked: an error that names the object and says what to do. It carries nothing of the
 * request, whose headers and addresses hold tokens.
 */
export function gcsFailure(
  action: 'read' | 'write' | 'remove' | 'list',
  uri: string,
  bucket: string,
  error: unknown,
): Error {
  if (error instanceof PermanentError || error instanceof StorageUnavailableError) return error;
  const code = codeOf(error);
  return new StorageUnavailableError(
    `Cannot ${action} ${uri}: ${adviceOn(error, bucket, code)}`,
    { uri, code },
    { cause: new Error(withoutSecrets(error)) },
  );
}

/** What a failed request means for whoever sets up a bucket; it does not name what was asked, which the asker knows. */
export function bucketFailure(bucket: string, projectId: string, error: unknown): Error {
  if (error instanceof StorageUnavailableError) return error;
  return new StorageUnavailableError(
    bucketAdviceOn(bucket, projectId, error),
    { uri: `gs://${bucket}`, code: codeOf(error) },
    { cause: new Error(withoutSecrets(error)) },
  );
}

function bucketAdviceOn(bucket: string, projectId: string, error: unknown): string {
  if (lacksCredentials(error)) return NO_CREDENTIALS_ADVICE;
  const code = codeOf(error);
  const status = statusOf(error);
  if (status === 429 || isRateLimited(error)) {
    return `Cloud Storage takes no more requests for buckets of the project ${projectId} at the moment (${code}). Run this again in a minute.`;
  }
  if (status === 403) {
    return `the account may not set up buckets in the project ${projectId}: grant it roles/storage.admin, \`gcloud projects add-iam-policy-binding ${projectId} --member=ACCOUNT --role=roles/storage.admin\`. Or another project has a bucket of this name: then choose one in CLOSING_BELL_OBJECTS that nobody has.`;
  }
  if (mayPass(error)) {
    return `Cloud Storage cannot be reached (${code}). See to the network or CLOSING_BELL_GCS_ENDPOINT, and run this again.`;
  }
  return `Cloud Storage refused it (${code}): ${withoutSecrets(error)}`;
}

function adviceOn(error: unknown, bucket: string, code: string): string {
  if (lacksCredentials(error)) return NO_CREDENTIALS_ADVICE;
  const status = statusOf(error);
  if (status === 404) {
    return `the bucket ${bucket} is not there. Make it with \`closing-bell setup\`, or correct the address.`;
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
