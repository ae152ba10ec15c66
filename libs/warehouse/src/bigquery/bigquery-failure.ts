import { PermanentError } from '@closing-bell/contracts';
import {
  codeOf,
  isRateLimited,
  lacksCredentials,
  NO_CREDENTIALS_ADVICE,
  passes as mayPass,
  reasonsOf,
  statusOf,
  withoutSecrets,
} from '@closing-bell/google-cloud';
import { WarehouseUnavailableError } from '../warehouse';
import { type BigQueryLocation } from './bigquery-location';

/** Reasons of a failed job that another attempt may do without; source: BigQuery's table of error messages. */
const PASSING = [
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'jobRateLimitExceeded',
  'tableUnavailable',
];

/** The HTTP status that a request has which fails for the reason that a failed job names. */
const STATUS_OF_REASON: Readonly<Record<string, number>> = {
  invalid: 400,
  invalidQuery: 400,
  accessDenied: 403,
  notFound: 404,
};

/** Whether the same request may succeed in a moment. A quota that is used up is not asked again at once: the message is, later. */
export function passes(error: unknown): boolean {
  if (error instanceof PermanentError || error instanceof WarehouseUnavailableError) return false;
  const reasons = reasonsOf(error);
  if (reasons.includes('quotaExceeded')) return false;
  if (reasons.some((reason) => PASSING.includes(reason))) return true;
  // A job that failed has reasons and no status: nothing was wrong with the connection.
  return reasons.length > 0 && statusOf(error) === undefined ? isRateLimited(error) : mayPass(error);
}

/**
 * What a failed request means for whoever asked: one line that says what happened to which dataset and what to do. It carries nothing
 * of the request, whose headers hold tokens.
 */
export function bigQueryFailure(action: string, { projectId, datasetId }: BigQueryLocation, error: unknown): Error {
  if (error instanceof PermanentError || error instanceof WarehouseUnavailableError) return error;
  const warehouse = `bigquery://${projectId}/${datasetId}`;
  const code = codeOf(error);
  const said = withoutSecrets(error);
  return new WarehouseUnavailableError(
    `Cannot ${action} ${warehouse}: ${adviceOn(error, code, said, projectId, datasetId)}`,
    { warehouse, code },
    { cause: new Error(said) },
  );
}

function adviceOn(error: unknown, code: string, said: string, projectId: string, datasetId: string): string {
  if (lacksCredentials(error)) {
    return NO_CREDENTIALS_ADVICE;
  }
  const reasons = reasonsOf(error);
  if (reasons.includes('quotaExceeded')) {
    return `a quota is used up (${said}). Raise it under “Quotas & System Limits” of project ${projectId}, or wait; the work will be tried again.`;
  }
  if (reasons.includes('billingNotEnabled')) {
    return `project ${projectId} has no billing account, without which rows cannot be appended. Link one.`;
  }
  const status = statusOf(error) ?? reasons.map((reason) => STATUS_OF_REASON[reason]).find((of) => of !== undefined);
  if (status === 429 || isRateLimited(error) || reasons.includes('jobRateLimitExceeded')) {
    return `BigQuery takes no more requests of project ${projectId} at the moment (${code}). The work will be tried again.`;
  }
  if (status === 404) {
    return `the dataset ${datasetId}, or a table or view in it, is not there (${said}). \`closing-bell setup\` makes what is missing.`;
  }
  if (status === 403) {
    return `the account has no permission (${said}). It needs roles/bigquery.dataEditor on the dataset ${datasetId} and roles/bigquery.jobUser on the project ${projectId}; who only looks, roles/bigquery.dataViewer in place of the first.`;
  }
  if (status === 400) {
    return `BigQuery refused the request (${said}). If tables are of another release, \`closing-bell setup --dry-run\` shows it.`;
  }
  if (status === undefined) {
    return `BigQuery cannot be reached (${code}). See to the network or CLOSING_BELL_BIGQUERY_ENDPOINT; the work will be tried again.`;
  }
  return `BigQuery failed (${code}). The work will be tried again.`;
}
