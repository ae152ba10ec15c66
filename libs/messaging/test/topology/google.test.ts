import { subscriptions } from '@closing-bell/contracts';
import { type Difference } from '@closing-bell/provisioning';
import { type PubSub } from '@google-cloud/pubsub';
import { deadLetterGrants, topologyResources } from '../../src';

const PROJECT = 'my-project';
const TRAINER = subscriptions.trainer.featuresComputed;

/** As Google's own server answers. */
const AS_IT_SHOULD_BE = {
  name: `projects/${PROJECT}/subscriptions/${TRAINER.name}`,
  topic: `projects/${PROJECT}/topics/features-computed`,
  pushConfig: { attributes: {}, pushEndpoint: '' },
  ackDeadlineSeconds: 60,
  retainAckedMessages: false,
  messageRetentionDuration: { seconds: '604800', nanos: 0 },
  labels: { team: 'somebody’s' },
  enableMessageOrdering: true,
  expirationPolicy: { ttl: null },
  filter: '',
  deadLetterPolicy: { deadLetterTopic: `projects/${PROJECT}/topics/dead-letters`, maxDeliveryAttempts: 5 },
  retryPolicy: { minimumBackoff: { seconds: '1', nanos: 0 }, maximumBackoff: { seconds: '60', nanos: 0 } },
  detached: false,
  state: 'ACTIVE',
};

interface Answers {
  readonly getClient?: () => Promise<unknown>;
  readonly getMetadata?: () => Promise<unknown>;
  readonly setMetadata?: (metadata: object) => Promise<unknown>;
  readonly createSubscription?: () => Promise<unknown>;
}

/** Stands in for Google’s client; every call that it is not told to answer fails the test. */
function google(answers: Answers): PubSub {
  const refuse = (name: string) => () => Promise.reject(new Error(`unexpected call of ${name}`));
  return {
    isEmulator: false,
    options: {},
    auth: { getClient: answers.getClient ?? (() => Promise.resolve()) },
    topic: () => ({ createSubscription: answers.createSubscription ?? refuse('createSubscription') }),
    subscription: () => ({
      getMetadata: answers.getMetadata ?? refuse('getMetadata'),
      setMetadata: answers.setMetadata ?? refuse('setMetadata'),
    }),
  } as unknown as PubSub;
}

function trainer(answers: Answers) {
  const [resource] = topologyResources(google(answers), PROJECT, { topics: [], subscriptions: [TRAINER] });
  return resource!;
}

const differenceTo = (found: object): Promise<Difference> =>
  trainer({ getMetadata: () => Promise.resolve([{ ...AS_IT_SHOULD_BE, ...found }]) }).difference();

const grpc = (code: number, message: string) => Object.assign(new Error(message), { code });

describe('a subscription at Google', () => {
  it.each([
    ['as it answers', {}],
    ['with no time for never', { expirationPolicy: {} }],
    ['with durations as numbers', { messageRetentionDuration: { seconds: 604_800 } }],
    ['with 64-bit integers', { messageRetentionDuration: { seconds: { toString: () => '604800' }, nanos: 0 } }],
    ['without a filter', { filter: undefined }],
  ])('is as it should be %s', async (_, found) => {
    expect(await differenceTo(found)).toEqual({ action: 'keep' });
  });

  it.each([
    ['expirationPolicy: after 31 d → never', { expirationPolicy: { ttl: { seconds: '2678400', nanos: 0 } } }],
    ['expirationPolicy: after 31 d → never', { expirationPolicy: null }],
    [
      'retryPolicy: 0.5 s to 60 s → 1 s to 60 s',
      { retryPolicy: { minimumBackoff: { seconds: '0', nanos: 5e8 }, maximumBackoff: { seconds: '60' } } },
    ],
    [
      'deadLetterPolicy: projects/another/topics/dead-letters after 5 attempts → dead-letters after 5 attempts',
      { deadLetterPolicy: { deadLetterTopic: 'projects/another/topics/dead-letters', maxDeliveryAttempts: 5 } },
    ],
  ])('is mended: %s', async (change, found) => {
    expect(await differenceTo(found)).toEqual({ action: 'update', changes: [change] });
  });

  it.each([
    [
      'topic: projects/another/topics/features-computed → features-computed',
      { topic: 'projects/another/topics/features-computed' },
    ],
    ['filter: "attributes:x" → none', { filter: 'attributes:x' }],
    ['detached: true → false', { detached: true }],
  ])('is refused, with the command that deletes it: %s', async (change, found) => {
    expect(await differenceTo(found)).toEqual({
      action: 'refuse',
      changes: [change],
      advice: expect.stringContaining(
        '`gcloud pubsub subscriptions delete trainer.features-computed --project=my-project`',
      ) as string,
    });
  });

  it('is sent what differs and nothing else, a policy that should not be as null', async () => {
    const sent: object[] = [];
    const setMetadata = (metadata: object) => {
      sent.push(metadata);
      return Promise.resolve();
    };
    const createSubscription = () => Promise.reject(grpc(6, '6 ALREADY_EXISTS: Resource already exists'));
    const found = { ...AS_IT_SHOULD_BE, ackDeadlineSeconds: 10, expirationPolicy: null };
    await trainer({ getMetadata: () => Promise.resolve([found]), setMetadata, createSubscription }).apply();
    expect(sent).toEqual([{ ackDeadlineSeconds: 60, expirationPolicy: {} }]);

    sent.length = 0;
    const [unlimited] = topologyResources(
      google({ getMetadata: () => Promise.resolve([AS_IT_SHOULD_BE]), setMetadata, createSubscription }),
      PROJECT,
      { topics: [], subscriptions: [{ ...TRAINER, maxDeliveryAttempts: undefined } as never] },
    );
    await unlimited!.apply();
    expect(sent).toEqual([{ deadLetterPolicy: null }]);
  });
});

describe('what Google refuses is told in one line with what to do', () => {
  it.each([
    [
      'no credentials',
      new Error('Could not load the default credentials. Browse to https://… for more information.'),
      /^there are no valid credentials.*gcloud auth application-default login/,
    ],
    [
      'credentials that were revoked',
      grpc(2, '2 UNKNOWN: Getting metadata from plugin failed with error: invalid_grant'),
      /^there are no valid credentials/,
    ],
    [
      'no permission',
      grpc(7, '7 PERMISSION_DENIED: User not authorized to perform this action.'),
      /^the account has no permission.*--role=roles\/pubsub\.editor`\.$/,
    ],
    [
      'an API that is not enabled',
      grpc(
        7,
        '7 PERMISSION_DENIED: Cloud Pub/Sub API has not been used in project my-project before or it is disabled.',
      ),
      /`gcloud services enable pubsub\.googleapis\.com --project=my-project`/,
    ],
    [
      'a project that is not there',
      grpc(5, '5 NOT_FOUND: Requested project not found or user does not have access to it (project=my-project).'),
      /^the project my-project is not there/,
    ],
    [
      'what it does not take',
      grpc(3, '3 INVALID_ARGUMENT: You have passed an invalid argument'),
      /^Pub\/Sub refused it/,
    ],
  ])('%s', async (_, error, message) => {
    const failing = trainer({ getMetadata: () => Promise.reject(error) }).difference();
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.not.toThrow(/\n/);
  });

  it('asks for credentials before the client is used, which would end the process without them', async () => {
    const getClient = () => Promise.reject(new Error('Could not load the default credentials.'));
    await expect(trainer({ getClient }).difference()).rejects.toThrow('there are no valid credentials');
  });
});

describe('the grants for dead letters', () => {
  it('let Pub/Sub publish to the dead letters and acknowledge at each subscription that has some', () => {
    const topology = {
      topics: [],
      subscriptions: [TRAINER, subscriptions.monitor.deadLetters, subscriptions.predictor.modelReady],
    };
    expect(deadLetterGrants(PROJECT, topology)).toEqual([
      "PROJECT_NUMBER=$(gcloud projects describe my-project --format='value(projectNumber)')",
      'AGENT=serviceAccount:service-$PROJECT_NUMBER@gcp-sa-pubsub.iam.gserviceaccount.com',
      'gcloud pubsub topics add-iam-policy-binding dead-letters --project=my-project --member=$AGENT --role=roles/pubsub.publisher',
      'for subscription in trainer.features-computed predictor.model-ready; do',
      '  gcloud pubsub subscriptions add-iam-policy-binding $subscription --project=my-project --member=$AGENT --role=roles/pubsub.subscriber',
      'done',
    ]);
  });
});
