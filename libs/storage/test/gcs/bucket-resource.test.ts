import { bucketResource } from '../../src';
import { BucketResource } from '../../src/gcs/bucket-resource';

const OPTIONS = { projectId: 'my-project', location: 'europe-west3', prefix: 'store/' };

/** As Google answers of a bucket that is as it should be. */
const METADATA = {
  kind: 'storage#bucket',
  name: 'bucket',
  location: 'EUROPE-WEST3',
  locationType: 'region',
  iamConfiguration: {
    bucketPolicyOnly: { enabled: true },
    uniformBucketLevelAccess: { enabled: true },
    publicAccessPrevention: 'enforced',
  },
  lifecycle: {
    rule: [
      { action: { type: 'Delete' }, condition: { age: 7, matchesPrefix: ['store/checkpoints/'] } },
      { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 1 } },
    ],
  },
  softDeletePolicy: { retentionDurationSeconds: '604800' },
};

interface Answers {
  readonly getMetadata?: () => Promise<unknown>;
  readonly setMetadata?: (metadata: object) => Promise<unknown>;
  readonly create?: (metadata: object) => Promise<unknown>;
}

/** Stands in for Google’s client, for what no emulator shows; every call that it is not told to answer fails the test. */
function bucket(answers: Answers) {
  const refuse = (name: string) => () => Promise.reject(new Error(`unexpected call of ${name}`));
  const client = Object.fromEntries(
    (['getMetadata', 'setMetadata', 'create'] as const).map((name) => [name, answers[name] ?? refuse(name)]),
  );
  return new BucketResource('bucket', OPTIONS, () => Promise.resolve(client as never));
}

const differenceTo = (found: object) =>
  bucket({ getMetadata: () => Promise.resolve([{ ...METADATA, ...found }]) }).difference();

const answer = (code: number, message: string) => Object.assign(new Error(message), { code });

describe('a bucket', () => {
  it('is there for objects in Cloud Storage alone', () => {
    expect(bucketResource('file:///objects', OPTIONS)).toBeUndefined();
    expect(bucketResource('gs://my-bucket/prefix', OPTIONS)?.name).toBe('my-bucket');
    expect(() => bucketResource('gs://', OPTIONS)).toThrow('Write gs://bucket/prefix.');
  });

  it('is kept where it is as it should be', async () => {
    expect(await differenceTo({})).toEqual({ action: 'keep' });
  });

  it('is refused where it lies elsewhere, with what can be done', async () => {
    expect(await differenceTo({ location: 'US', iamConfiguration: undefined })).toEqual({
      action: 'refuse',
      changes: [
        'location: US → EUROPE-WEST3',
        'uniformBucketLevelAccess: false → true',
        'publicAccessPrevention: inherited → enforced',
      ],
      advice: expect.stringMatching(/cannot be moved\. Set CLOSING_BELL_LOCATION to where it is, or/) as string,
    });
  });

  it.each([
    ['uniformBucketLevelAccess: false → true', { uniformBucketLevelAccess: { enabled: false } }],
    ['publicAccessPrevention: inherited → enforced', { publicAccessPrevention: 'inherited' }],
  ])('is closed where it is open: %s', async (change, found) => {
    const iamConfiguration = { ...METADATA.iamConfiguration, ...found };
    expect(await differenceTo({ iamConfiguration })).toEqual({ action: 'update', changes: [change] });

    const sent: object[] = [];
    const setMetadata = (metadata: object) => {
      sent.push(metadata);
      return Promise.resolve();
    };
    await bucket({
      create: () => Promise.reject(answer(409, 'you already own it')),
      getMetadata: () => Promise.resolve([{ ...METADATA, iamConfiguration }]),
      setMetadata,
    }).apply();
    expect(sent).toEqual([
      {
        iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
        lifecycle: METADATA.lifecycle,
      },
    ]);
  });

  it('gets the rules that it lacks, and keeps those that somebody added', async () => {
    const [checkpoints, uploads] = METADATA.lifecycle.rule;
    const own = { action: { type: 'SetStorageClass', storageClass: 'NEARLINE' }, condition: { age: 90 } };
    const lifecycle = { rule: [own, uploads] };
    expect(await differenceTo({ lifecycle })).toEqual({
      action: 'update',
      changes: ['lifecycle: Delete after 7 d store/checkpoints/ → added'],
    });
    const sent: object[] = [];
    await bucket({
      create: () => Promise.reject(answer(409, 'you already own it')),
      getMetadata: () => Promise.resolve([{ ...METADATA, lifecycle }]),
      setMetadata: (metadata) => {
        sent.push(metadata);
        return Promise.resolve();
      },
    }).apply();
    expect(sent).toMatchObject([{ lifecycle: { rule: [own, uploads, checkpoints] } }]);
  });

  it('is created where it should be, closed, and with no rule that deletes what a forecast names', async () => {
    const created: object[] = [];
    const create = (metadata: object) => {
      created.push(metadata);
      return Promise.resolve([]);
    };
    await bucket({ create }).apply();
    expect(created).toEqual([
      {
        location: 'europe-west3',
        iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
        lifecycle: METADATA.lifecycle,
      },
    ]);
  });

  it('that somebody else made a moment ago is left as it is', async () => {
    const create = () => Promise.reject(answer(409, 'you already own it'));
    await bucket({ create, getMetadata: () => Promise.resolve([METADATA]) }).apply();
  });

  it.each([
    [
      'no credentials',
      new Error('Could not load the default credentials. Browse to https://… for more information.'),
      /^there are no valid credentials/,
    ],
    [
      'no permission, or a name that is taken',
      answer(403, 'does not have storage.buckets.get access'),
      /^the account may not set up buckets in the project my-project.*roles\/storage\.admin.*nobody has\.$/,
    ],
    [
      'a location that does not exist',
      answer(400, 'Invalid location'),
      /^Cloud Storage refused it \(HTTP 400\): Invalid location/,
    ],
  ])('tells in one line of %s', async (_, error, message) => {
    const failing = bucket({ getMetadata: () => Promise.reject(error) }).difference();
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.not.toThrow(/\n/);
  });
});
