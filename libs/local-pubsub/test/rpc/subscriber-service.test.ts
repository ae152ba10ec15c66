import { refusal, subscriptionName, TestServer, texts, topicName } from '../fixtures/server';

describe('the subscriber service', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
    await server.publisher.createTopic({ name: topicName('bars') });
  });
  afterEach(() => server.stop());

  const create = (config: object) =>
    server.subscriber.createSubscription({ name: subscriptionName('sub'), topic: topicName('bars'), ...config });

  it('fills in the defaults that Google documents', async () => {
    const [subscription] = await create({ deadLetterPolicy: { deadLetterTopic: topicName('bars') }, retryPolicy: {} });
    expect(subscription).toMatchObject({
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: '604800' },
      deadLetterPolicy: { maxDeliveryAttempts: 5 },
      retryPolicy: { minimumBackoff: { seconds: '10' }, maximumBackoff: { seconds: '600' } },
      expirationPolicy: { ttl: { seconds: '2678400' } },
      state: 'ACTIVE',
      detached: false,
    });
  });

  it.each<[string, object]>([
    ['an ack deadline of 9 s', { ackDeadlineSeconds: 9 }],
    ['an ack deadline of 601 s', { ackDeadlineSeconds: 601 }],
    ['a retention of 9 minutes', { messageRetentionDuration: { seconds: 540 } }],
    ['a retention of 32 days', { messageRetentionDuration: { seconds: 32 * 86_400 } }],
    ['4 delivery attempts', { deadLetterPolicy: { deadLetterTopic: topicName('bars'), maxDeliveryAttempts: 4 } }],
    ['101 delivery attempts', { deadLetterPolicy: { deadLetterTopic: topicName('bars'), maxDeliveryAttempts: 101 } }],
    ['a back-off above 600 s', { retryPolicy: { maximumBackoff: { seconds: 601 } } }],
    [
      'a least back-off above the most',
      { retryPolicy: { minimumBackoff: { seconds: 20 }, maximumBackoff: { seconds: 10 } } },
    ],
    ['a filter that cannot be read', { filter: 'attributes:a AND' }],
    ['a name that is none', { name: 'sub' }],
  ])('refuses %s as INVALID_ARGUMENT', async (_, config) => {
    expect((await refusal(create(config))).code).toBe('INVALID_ARGUMENT');
    expect((await refusal(server.subscriber.getSubscription({ subscription: subscriptionName('sub') }))).code).toBe(
      'NOT_FOUND',
    );
  });

  it.each<[string, object]>([
    ['Push', { pushConfig: { pushEndpoint: 'https://example.org/push' } }],
    ['BigQuery', { bigqueryConfig: { table: 'p.d.t' } }],
    ['transforms', { messageTransforms: [{ disabled: true }] }],
  ])('says that it does not implement %s', async (word, config) => {
    expect(await refusal(create(config))).toEqual({
      code: 'UNIMPLEMENTED',
      message: expect.stringContaining(word) as string,
    });
  });

  it('says that it does not implement snapshots', async () => {
    await create({});
    const subscription = subscriptionName('sub');
    const name = 'projects/test-project/snapshots/snap';
    const calls = [
      server.subscriber.createSnapshot({ name, subscription }),
      server.subscriber.getSnapshot({ snapshot: name }),
      server.subscriber.listSnapshots({ project: 'projects/test-project' }),
      server.subscriber.deleteSnapshot({ snapshot: name }),
      server.subscriber.seek({ subscription, snapshot: name }),
    ];
    for (const call of calls) {
      expect(await refusal(call)).toEqual({
        code: 'UNIMPLEMENTED',
        message: expect.stringContaining('Snapshots') as string,
      });
    }
  });

  it('refuses missing topics, missing dead-letter topics and names taken', async () => {
    expect((await refusal(create({ topic: topicName('none') }))).code).toBe('NOT_FOUND');
    expect((await refusal(create({ deadLetterPolicy: { deadLetterTopic: topicName('none') } }))).code).toBe(
      'NOT_FOUND',
    );
    await create({});
    expect((await refusal(create({}))).code).toBe('ALREADY_EXISTS');
  });

  it('updates what an update mask names and leaves the rest', async () => {
    await create({ labels: { a: '1' }, retryPolicy: {} });
    const [updated] = await server.subscriber.updateSubscription({
      subscription: { name: subscriptionName('sub'), ackDeadlineSeconds: 60, labels: { b: '2' } },
      updateMask: { paths: ['ack_deadline_seconds', 'retry_policy'] },
    });
    expect(updated).toMatchObject({ ackDeadlineSeconds: 60, labels: { a: '1' }, retryPolicy: null });
    const filter = {
      subscription: { name: subscriptionName('sub'), filter: 'attributes:a' },
      updateMask: { paths: ['filter'] },
    };
    expect((await refusal(server.subscriber.updateSubscription(filter))).code).toBe('INVALID_ARGUMENT');
    const bad = {
      subscription: { name: subscriptionName('sub'), ackDeadlineSeconds: 5 },
      updateMask: { paths: ['ack_deadline_seconds'] },
    };
    expect((await refusal(server.subscriber.updateSubscription(bad))).code).toBe('INVALID_ARGUMENT');
    const [kept] = await server.subscriber.getSubscription({ subscription: subscriptionName('sub') });
    expect(kept.ackDeadlineSeconds).toBe(60);
  });

  it('gives a new subscription only what is published after it', async () => {
    await server.publish('bars', 'before');
    await create({});
    await server.publish('bars', 'after');
    expect(texts(await server.pull('sub'))).toEqual(['after']);
  });

  it('answers a waiting pull as soon as there is a message', async () => {
    await create({});
    const waiting = server.subscriber.pull({ subscription: subscriptionName('sub'), maxMessages: 5 });
    await server.publish('bars', 'late');
    const [{ receivedMessages }] = await waiting;
    expect(receivedMessages).toHaveLength(1);
    expect((await refusal(server.pull('sub', 0))).code).toBe('INVALID_ARGUMENT');
  });

  it('gives nothing to a pull that its client cancelled', async () => {
    await create({});
    const cancelled = server.subscriber.pull(
      { subscription: subscriptionName('sub'), maxMessages: 1 },
      { timeout: 100, maxRetries: 0 },
    );
    expect((await refusal(cancelled)).code).toBe('DEADLINE_EXCEEDED');
    await server.publish('bars', 'kept');
    expect(texts(await server.pull('sub'))).toEqual(['kept']);
  });

  it('detaches a subscription: its messages go, and pulls are refused', async () => {
    await create({});
    await server.publish('bars', 'gone');
    await server.publisher.detachSubscription({ subscription: subscriptionName('sub') });
    const [subscription] = await server.subscriber.getSubscription({ subscription: subscriptionName('sub') });
    expect(subscription.detached).toBe(true);
    expect((await refusal(server.pull('sub'))).code).toBe('FAILED_PRECONDITION');
    const [names] = await server.publisher.listTopicSubscriptions({ topic: topicName('bars') });
    expect(names).toEqual([]);
    expect(server.server.stats()).toMatchObject({ unacked: 0, storedBytes: 0 });
  });

  it('deletes a subscription with its messages', async () => {
    await create({});
    await server.publish('bars', 'gone');
    await server.subscriber.deleteSubscription({ subscription: subscriptionName('sub') });
    expect((await refusal(server.pull('sub'))).code).toBe('NOT_FOUND');
    expect(server.server.stats()).toMatchObject({ subscriptions: 0, unacked: 0, storedBytes: 0 });
  });

  it('applies the filter, and keeps nothing of what nobody wants', async () => {
    await create({ filter: 'attributes.symbol = "GOOG" OR hasPrefix(attributes.symbol, "A")' });
    const messages = ['GOOG', 'MSFT', 'AAPL'].map((symbol) => ({ data: Buffer.from(symbol), attributes: { symbol } }));
    await server.publisher.publish({ topic: topicName('bars'), messages });
    await server.publisher.publish({ topic: topicName('bars'), messages: messages.slice(1, 2) });
    const pulled = await server.pull('sub');
    expect(texts(pulled)).toEqual(['GOOG', 'AAPL']);
    await server.ack('sub', ...pulled);
    expect(server.server.stats()).toMatchObject({ unacked: 0, storedBytes: 0 });
  });

  it('gives every subscription of a topic each message', async () => {
    await create({});
    await create({ name: subscriptionName('sub-2') });
    await server.publish('bars', 'a', 'b');
    const pulled = await server.pull('sub');
    await server.ack('sub', ...pulled);
    expect(texts(pulled)).toEqual(['a', 'b']);
    expect(texts(await server.pull('sub-2'))).toEqual(['a', 'b']);
  });

  it('takes acks of another subscription for nothing', async () => {
    await create({});
    await create({ name: subscriptionName('sub-2') });
    await server.publish('bars', 'a');
    const pulled = await server.pull('sub');
    await server.pull('sub-2');
    await server.ack('sub-2', ...pulled);
    expect(server.server.stats().unacked).toBe(2);
  });

  it('refuses a change of deadline outside 0–600 s', async () => {
    await create({});
    await server.publish('bars', 'a');
    const pulled = await server.pull('sub');
    expect((await refusal(server.modify('sub', 601, ...pulled))).code).toBe('INVALID_ARGUMENT');
    expect((await refusal(server.modify('sub', -1, ...pulled))).code).toBe('INVALID_ARGUMENT');
  });
});
