import {
  codeOf,
  isRateLimited,
  lacksCredentials,
  NO_CREDENTIALS_ADVICE,
  passes,
  statusOf,
  withoutSecrets,
} from '@closing-bell/google-cloud';
import { type PubSub } from '@google-cloud/pubsub';

/** What Pub/Sub did not do that it was asked while the topology was set up, and what to do about it, in one line. */
class PubSubFailure extends Error {
  override readonly name = 'PubSubFailure';

  constructor(
    message: string,
    /** `code`: such as HTTP 403, which the status of gRPC is told as. */
    readonly details: { readonly projectId: string; readonly code: string },
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a failed request means for whoever sets up a project; it does not name the topic or subscription, which the asker knows. */
export function pubsubFailure(pubsub: PubSub, projectId: string, error: unknown): Error {
  const details = { projectId, code: codeOf(error) };
  return new PubSubFailure(adviceOn(pubsub, projectId, error), details, { cause: new Error(withoutSecrets(error)) });
}

/** Whether a NOT_FOUND is the project's own and not that of a topic or subscription in it. */
export function isProjectMissing(error: unknown): boolean {
  return statusOf(error) === 404 && /project not found/i.test(withoutSecrets(error));
}

function adviceOn(pubsub: PubSub, projectId: string, error: unknown): string {
  const said = withoutSecrets(error);
  const status = statusOf(error);
  if (lacksCredentials(error)) return NO_CREDENTIALS_ADVICE;
  if (isProjectMissing(error)) {
    return `the project ${projectId} is not there, or the account may not see it. Correct CLOSING_BELL_PROJECT.`;
  }
  if (status === 403 && /has not been used in project|is disabled|SERVICE_DISABLED/i.test(said)) {
    return `Pub/Sub is not enabled in the project ${projectId}. Enable it: \`gcloud services enable pubsub.googleapis.com --project=${projectId}\`.`;
  }
  if (status === 429 || isRateLimited(error)) {
    return `Pub/Sub takes no more requests for the project ${projectId} at the moment. Run this again in a minute.`;
  }
  if (status === 403) {
    return `the account has no permission in the project ${projectId}. Grant it roles/pubsub.editor: \`gcloud projects add-iam-policy-binding ${projectId} --member=ACCOUNT --role=roles/pubsub.editor\`.`;
  }
  if (passes(error)) {
    return pubsub.isEmulator
      ? `Pub/Sub does not answer at ${pubsub.options.apiEndpoint}. Start it, or correct PUBSUB_EMULATOR_HOST.`
      : `Pub/Sub cannot be reached (${codeOf(error)}). See to the network and run this again.`;
  }
  return `Pub/Sub refused it: ${said}`;
}
