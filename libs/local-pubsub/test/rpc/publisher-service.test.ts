import { projectName, refusal, subscriptionName, TestServer, topicName } from '../fixtures/server';

describe('the publisher service', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.stop());

  it('creates, gets, updates, lists and deletes topics', async () => {
    await server.publisher.createTopic({ name: topicName('bars'), labels: { stage: 'one' } });
    const [updated] = await server.publisher.updateTopic({
      topic: { name: topicName('bars'), labels: { stage: 'two' } },
      updateMask: { paths: ['labels'] },
    });
    expect(updated).toMatchObject({ name: topicName('bars'), labels: { stage: 'two' } });
    const [found] = await server.publisher.getTopic({ topic: topicName('bars') });
    expect(found.labels).toEqual({ stage: 'two' });
    await server.publisher.deleteTopic({ topic: topicName('bars') });
    const [topics] = await server.publisher.listTopics({ project: projectName });
    expect(topics).toEqual([]);
  });

  it('lists a project page by page, each item once', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `topic-${index}`);
    for (const id of ids) await server.createPair(id);
    const seen: string[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const [items, , response] = await server.publisher.listTopics(
        { project: projectName, pageSize: 3, pageToken },
        { autoPaginate: false },
      );
      seen.push(...items.map(({ name }) => name ?? ''));
      pageToken = response?.nextPageToken ?? '';
      pages++;
    } while (pageToken);
    expect(seen).toEqual(ids.map(topicName));
    expect(pages).toBe(3);
    const [subscriptions] = await server.subscriber.listSubscriptions({ project: projectName });
    expect(subscriptions.map(({ name }) => name)).toEqual(ids.map(subscriptionName));
    const [others] = await server.publisher.listTopics({ project: 'projects/test-project-2' });
    expect(others).toEqual([]);
  });

  it('lists the subscriptions of a topic', async () => {
    await server.createPair('bars');
    await server.createPair('other');
    const [names] = await server.publisher.listTopicSubscriptions({ topic: topicName('bars') });
    expect(names).toEqual([subscriptionName('bars')]);
  });

  it('refuses a topic that exists, one that does not, and an update of what cannot change', async () => {
    await server.publisher.createTopic({ name: topicName('bars') });
    expect((await refusal(server.publisher.createTopic({ name: topicName('bars') }))).code).toBe('ALREADY_EXISTS');
    expect((await refusal(server.publisher.getTopic({ topic: topicName('none') }))).code).toBe('NOT_FOUND');
    expect((await refusal(server.publisher.deleteTopic({ topic: topicName('none') }))).code).toBe('NOT_FOUND');
    expect((await refusal(server.publish('none', 'x'))).code).toBe('NOT_FOUND');
    const rename = { topic: { name: topicName('bars') }, updateMask: { paths: ['name'] } };
    expect(await refusal(server.publisher.updateTopic(rename))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('"name" cannot be changed') as string,
    });
    const nothing = { topic: { name: topicName('bars') }, updateMask: { paths: [] } };
    expect((await refusal(server.publisher.updateTopic(nothing))).code).toBe('INVALID_ARGUMENT');
  });

  it.each(['ab', '1abc', 'a b c', 'goog-bars', 'x'.repeat(256), 'bars/more', ''])(
    'refuses the topic id "%s" as INVALID_ARGUMENT',
    async (id) => {
      expect((await refusal(server.publisher.createTopic({ name: topicName(id) }))).code).toBe('INVALID_ARGUMENT');
    },
  );

  it.each(['abc', 'a-b_c.d~e+f%g', 'x'.repeat(255), 'Goog'])('takes the topic id "%s"', async (id) => {
    const [topic] = await server.publisher.createTopic({ name: topicName(id) });
    expect(topic.name).toBe(topicName(id));
  });

  it('refuses what is above the limits with INVALID_ARGUMENT, and publishes nothing of it', async () => {
    await server.createPair('bars');
    const publish = (messages: object[]) => refusal(server.publisher.publish({ topic: topicName('bars'), messages }));
    const fine = { data: Buffer.from('fine') };
    const refused = [
      await publish([fine, {}]),
      await publish([fine, { attributes: { google: 'x' } }]),
      await publish([{ data: Buffer.alloc(10 * 1024 * 1024 + 1) }]),
      await publish(Array.from({ length: 1001 }, () => fine)),
    ];
    expect(refused.map(({ code }) => code)).toEqual(Array.from(refused, () => 'INVALID_ARGUMENT'));
    expect(await server.pull('bars')).toEqual([]);
  });

  it('gives message ids that increase, and keeps id and time its own', async () => {
    await server.createPair('bars');
    const forged = { data: Buffer.from('c'), messageId: '7', publishTime: { seconds: 1, nanos: 5 } };
    const ids = [...(await server.publish('bars', 'a', 'b')), ...(await server.publish('bars', 'c'))];
    await server.publisher.publish({ topic: topicName('bars'), messages: [forged] });
    const pulled = await server.pull('bars');
    expect(pulled.slice(0, 3).map(({ id }) => id)).toEqual(ids);
    expect([...ids].sort()).toEqual(ids);
    expect(Number(pulled[3]?.id)).toBeGreaterThan(Number(ids[2]));
    const [response] = await server.subscriber.pull({ subscription: subscriptionName('bars'), maxMessages: 1 });
    expect(response.receivedMessages).toBeDefined();
  });

  it('leaves the subscriptions of a deleted topic with its name gone and their messages there', async () => {
    await server.createPair('bars');
    await server.publish('bars', 'kept');
    await server.publisher.deleteTopic({ topic: topicName('bars') });
    const [subscription] = await server.subscriber.getSubscription({ subscription: subscriptionName('bars') });
    expect(subscription.topic).toBe('_deleted-topic_');
    await server.publisher.createTopic({ name: topicName('bars') });
    await server.publish('bars', 'of the new topic');
    expect((await server.pull('bars')).map(({ text }) => text)).toEqual(['kept']);
  });

  it('says that snapshots and schemas are not implemented', async () => {
    const snapshots = await refusal(server.publisher.listTopicSnapshots({ topic: topicName('bars') }));
    expect(snapshots).toEqual({
      code: 'UNIMPLEMENTED',
      message: expect.stringContaining('Snapshots are not') as string,
    });
    const schema = await refusal(server.pubsub.createSchema('bars', 'AVRO', '{}'));
    expect(schema).toEqual({ code: 'UNIMPLEMENTED', message: expect.stringContaining('Schemas are not') as string });
    const topic = { name: topicName('bars'), schemaSettings: { schema: 'projects/p/schemas/s' } };
    expect((await refusal(server.publisher.createTopic(topic))).code).toBe('UNIMPLEMENTED');
  });
});
