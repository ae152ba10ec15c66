import { allSubscriptions, type Subscription, subscriptions, topics } from '@closing-bell/contracts';
import { applyPlan, type Outcome, plan } from '@closing-bell/provisioning';
import { type PubSub } from '@google-cloud/pubsub';
import { randomUUID } from 'node:crypto';
import { connectPubSub, createTopology, topologyResources } from '../../src';
import { describeOnPubSub } from './servers';

const TOPOLOGY = { topics, subscriptions: allSubscriptions };
const TRAINER = 'trainer.features-computed';

describeOnPubSub('the topology', ({ address, needing }) => {
  let projectId: string;
  let pubsub: PubSub;
  beforeEach(() => {
    projectId = `setup-${randomUUID().slice(0, 8)}`;
    pubsub = connectPubSub({ projectId, emulatorHost: address() });
  });
  afterEach(() => pubsub.close());

  const look = (topology = TOPOLOGY) => plan(topologyResources(pubsub, projectId, topology));
  const setUp = async (): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    for await (const outcome of applyPlan(await look())) outcomes.push(outcome);
    return outcomes;
  };
  const differing = async (topology = TOPOLOGY) =>
    (await look(topology)).flatMap(({ resource, difference }) =>
      difference.action === 'keep' ? [] : [{ name: resource.name, difference }],
    );
  const results = (outcomes: readonly Outcome[]) => [...new Set(outcomes.map(({ result }) => result))];
  const metadata = async (name = TRAINER) => (await pubsub.subscription(name).getMetadata())[0];
  const allNames = async () => {
    const [[foundTopics], [found]] = await Promise.all([pubsub.getTopics(), pubsub.getSubscriptions()]);
    return [...foundTopics, ...found].map(({ name }) => name.split('/').at(-1)).sort();
  };

  it('is not there at first, and looking at it makes nothing', async () => {
    const planned = await look();
    expect(planned).toHaveLength(topics.length + allSubscriptions.length);
    expect(planned.every(({ difference }) => difference.action === 'create')).toBe(true);
    expect(planned.find(({ resource }) => resource.name === TRAINER)?.difference).toEqual({
      action: 'create',
      details: ['in order', '60 s to acknowledge', 'again after 1 s to 60 s', 'to dead-letters after 5 attempts'],
    });
    expect(await allNames()).toEqual([]);
  });

  it('is set up by one run, after which nothing differs and a second changes nothing', async () => {
    expect(results(await setUp())).toEqual(['created']);
    expect(await allNames()).toEqual([...topics, ...allSubscriptions.map(({ name }) => name)].sort());
    const before = await metadata();
    expect(await differing()).toEqual([]);
    expect(results(await setUp())).toEqual(['kept']);
    expect(await metadata()).toEqual(before);
  });

  it('is the same as what the services create at their start', async () => {
    await createTopology(pubsub, projectId, TOPOLOGY);
    expect(await differing()).toEqual([]);
  });

  it('is set up by several at once without harm to one another', async () => {
    const [first, second] = await Promise.all([
      setUp(),
      setUp(),
      ...Array.from({ length: 5 }, () => createTopology(pubsub, projectId, TOPOLOGY)),
    ]);
    expect([...results(first), ...results(second)]).not.toContain('failed');
    expect(await differing()).toEqual([]);
  });

  it('is found to differ in each setting that Pub/Sub can change, and mended', async () => {
    await setUp();
    await pubsub.subscription(TRAINER).setMetadata({
      ackDeadlineSeconds: 10,
      retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 600 } },
      deadLetterPolicy: null,
      retainAckedMessages: true,
      messageRetentionDuration: { seconds: 700 },
    });
    expect(await differing()).toEqual([
      {
        name: TRAINER,
        difference: {
          action: 'update',
          changes: [
            'ackDeadlineSeconds: 10 → 60',
            'retryPolicy: 10 s to 600 s → 1 s to 60 s',
            'deadLetterPolicy: none → dead-letters after 5 attempts',
            'retainAckedMessages: true → false',
            'messageRetentionDuration: 700 s → 7 d',
          ],
        },
      },
    ]);
    expect(results(await setUp())).toEqual(['kept', 'updated']);
    expect(await differing()).toEqual([]);
  });

  it('loses a policy that it should not have, and gets back one that it lost', async () => {
    await setUp();
    const deadLetterTopic = `projects/${projectId}/topics/bars-ingested`;
    await pubsub.subscription('monitor.dead-letters').setMetadata({
      retryPolicy: null,
      deadLetterPolicy: { deadLetterTopic, maxDeliveryAttempts: 6 },
    });
    expect(await differing()).toMatchObject([
      {
        name: 'monitor.dead-letters',
        difference: {
          changes: ['retryPolicy: none → 1 s to 60 s', 'deadLetterPolicy: bars-ingested after 6 attempts → none'],
        },
      },
    ]);
    await setUp();
    expect((await metadata('monitor.dead-letters')).deadLetterPolicy).toBeNull();
    expect(await differing()).toEqual([]);
  });

  needing('expiration', 'is kept from expiring', async () => {
    await setUp();
    await pubsub.subscription(TRAINER).setMetadata({ expirationPolicy: { ttl: { seconds: 40 * 24 * 3600 } } });
    expect(await differing()).toMatchObject([{ difference: { changes: ['expirationPolicy: after 40 d → never'] } }]);
    await setUp();
    expect(await differing()).toEqual([]);
  });

  it('is left as it is by the services that start, where it differs', async () => {
    await setUp();
    await pubsub.subscription(TRAINER).setMetadata({ ackDeadlineSeconds: 10 });
    await createTopology(pubsub, projectId, TOPOLOGY);
    expect((await metadata()).ackDeadlineSeconds).toBe(10);
  });

  it('refuses to change what cannot be changed, says what to do, and leaves the subscription alone', async () => {
    await setUp();
    const changed: Subscription = {
      ...subscriptions.trainer.featuresComputed,
      ordered: false,
      topic: 'bars-ingested',
      filter: 'attributes:x',
      ackDeadlineSeconds: 90,
    };
    const topology = { topics, subscriptions: [changed] };
    const planned = await look(topology);
    expect(planned.at(-1)?.difference).toEqual({
      action: 'refuse',
      changes: [
        'topic: features-computed → bars-ingested',
        'enableMessageOrdering: true → false',
        'filter: none → "attributes:x"',
        'ackDeadlineSeconds: 60 → 90',
      ],
      advice: expect.stringMatching(/delete the subscription.*undelivered messages are lost.*run this again/) as string,
    });
    const before = await metadata();
    for await (const outcome of applyPlan(planned)) expect(['kept', 'refused']).toContain(outcome.result);
    expect(await metadata()).toEqual(before);
  });

  it('refuses a subscription whose topic was deleted, and has it again once that is deleted too', async () => {
    await setUp();
    await pubsub.topic('features-computed').delete();
    const [topic, ...ofTopic] = await differing();
    expect(topic).toMatchObject({ name: 'features-computed', difference: { action: 'create' } });
    expect(ofTopic).toMatchObject([
      { name: TRAINER, difference: { action: 'refuse', changes: ['topic: _deleted-topic_ → features-computed'] } },
      { name: 'monitor.features-computed', difference: { action: 'refuse' } },
    ]);
    await Promise.all(ofTopic.map(({ name }) => pubsub.subscription(name).delete()));
    await setUp();
    expect(await differing()).toEqual([]);
  });

  needing('detaching', 'refuses a subscription that was detached', async () => {
    await setUp();
    await pubsub.detachSubscription(TRAINER);
    expect(await differing()).toMatchObject([
      { name: TRAINER, difference: { action: 'refuse', changes: ['detached: true → false'] } },
    ]);
  });

  it('says in one line what is missing where a topic is not there', async () => {
    const [created] = await plan(
      topologyResources(pubsub, projectId, { topics: [], subscriptions: [subscriptions.trainer.featuresComputed] }),
    );
    await expect(created?.resource.apply()).rejects.toThrow(/^Pub\/Sub refused it: .*NOT_FOUND: .*$/);
  });
});
