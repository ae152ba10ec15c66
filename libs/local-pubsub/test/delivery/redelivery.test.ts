import { ManualClock } from '../fixtures/manual-clock';
import { refusal, subscriptionName, TestServer, texts, topicName } from '../fixtures/server';
import { waitUntil } from '../fixtures/wait-until';

const SECOND = 1000;
const DAY = 86_400 * SECOND;

describe('redelivery', () => {
  let clock: ManualClock;
  let server: TestServer;
  beforeEach(async () => {
    clock = new ManualClock();
    server = await TestServer.start({ clock });
  });
  afterEach(() => server.stop());

  it('follows when the ack deadline passes, and not before', async () => {
    await server.createPair('bars', { ackDeadlineSeconds: 20 });
    await server.publish('bars', 'a');
    expect(await server.pull('bars')).toHaveLength(1);
    clock.advance(19.9 * SECOND);
    expect(await server.pull('bars')).toEqual([]);
    clock.advance(0.2 * SECOND);
    expect(texts(await server.pull('bars'))).toEqual(['a']);
  });

  it('is put off by a later deadline and brought on by an earlier one', async () => {
    await server.createPair('bars');
    await server.publish('bars', 'later', 'earlier');
    const [later, earlier] = await server.pull('bars');
    if (!later || !earlier) throw new Error('both were published');
    await server.modify('bars', 60, later);
    await server.modify('bars', 3, earlier);
    clock.advance(3.1 * SECOND);
    expect(texts(await server.pull('bars'))).toEqual(['earlier']);
    clock.advance(30 * SECOND);
    expect(texts(await server.pull('bars'))).toEqual(['earlier']);
    clock.advance(30 * SECOND);
    expect(texts(await server.pull('bars')).sort()).toEqual(['earlier', 'later']);
  });

  it('of a message that was held for ten times its deadline by renewals never happens', async () => {
    await server.createPair('bars');
    await server.publish('bars', 'long');
    const pulled = await server.pull('bars');
    for (let renewal = 0; renewal < 20; renewal++) {
      clock.advance(5 * SECOND);
      await server.modify('bars', 10, ...pulled);
      expect(await server.pull('bars')).toEqual([]);
    }
    await server.ack('bars', ...pulled);
    clock.advance(DAY);
    expect(await server.pull('bars')).toEqual([]);
  });

  it('after a nack is immediate without a retry policy, and the old ack id acks nothing', async () => {
    await server.createPair('bars');
    await server.publish('bars', 'a');
    const first = await server.pull('bars');
    await server.modify('bars', 0, ...first);
    const second = await server.pull('bars');
    expect(texts(second)).toEqual(['a']);
    await server.ack('bars', ...first);
    await server.modify('bars', 0, ...second);
    expect(texts(await server.pull('bars'))).toEqual(['a']);
  });

  it('backs off exponentially between the bounds of the retry policy', async () => {
    const retryPolicy = { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 60 } };
    await server.createPair('bars', { retryPolicy });
    await server.publish('bars', 'a');
    for (const backoff of [10, 20, 40, 60, 60]) {
      await server.modify('bars', 0, ...(await server.pull('bars')));
      clock.advance((backoff - 0.1) * SECOND);
      expect(await server.pull('bars')).toEqual([]);
      clock.advance(0.2 * SECOND);
      expect(server.server.stats().unacked).toBe(1);
    }
    expect(texts(await server.pull('bars'))).toEqual(['a']);
  });

  it('backs off after a missed deadline, too', async () => {
    await server.createPair('bars', { retryPolicy: { minimumBackoff: { seconds: 30 } } });
    await server.publish('bars', 'a');
    await server.pull('bars');
    clock.advance(11 * SECOND);
    expect(await server.pull('bars')).toEqual([]);
    clock.advance(30 * SECOND);
    expect(texts(await server.pull('bars'))).toEqual(['a']);
  });

  it('tells delivery attempts with a dead-letter policy alone', async () => {
    await server.createPair('dead');
    await server.createPair('bars', { deadLetterPolicy: { deadLetterTopic: topicName('dead') } });
    await server.createPair('plain');
    for (const id of ['bars', 'plain']) await server.publish(id, 'a');
    for (const attempt of [1, 2, 3]) {
      const pulled = await server.pull('bars');
      expect(pulled.map((message) => message.attempt)).toEqual([attempt]);
      await server.modify('bars', 0, ...pulled);
      const plain = await server.pull('plain');
      expect(plain.map((message) => message.attempt)).toEqual([0]);
      await server.modify('plain', 0, ...plain);
    }
  });

  it("ends at the dead-letter topic after the last attempt, with Google's attributes and the message as it was", async () => {
    await server.createPair('dead');
    await server.createPair('bars', {
      deadLetterPolicy: { deadLetterTopic: topicName('dead'), maxDeliveryAttempts: 6 },
    });
    const published = new Date(clock.now()).toISOString();
    const message = { data: Buffer.from('poison'), orderingKey: 'GOOG', attributes: { own: '1' } };
    await server.publisher.publish({ topic: topicName('bars'), messages: [message] });
    for (let attempt = 1; attempt <= 6; attempt++) {
      const pulled = await server.pull('bars');
      expect(pulled.map((received) => received.attempt)).toEqual([attempt]);
      if (attempt % 2) await server.modify('bars', 0, ...pulled);
      else clock.advance(11 * SECOND);
    }
    await waitUntil('the source to be done', () => server.server.stats().outstanding === 0);
    expect(await server.pull('bars')).toEqual([]);
    expect(await server.pull('dead')).toMatchObject([
      {
        text: 'poison',
        orderingKey: 'GOOG',
        attributes: {
          own: '1',
          CloudPubSubDeadLetterSourceDeliveryCount: '6',
          CloudPubSubDeadLetterSourceSubscription: 'bars',
          CloudPubSubDeadLetterSourceSubscriptionProject: 'test-project',
          CloudPubSubDeadLetterSourceTopicPublishTime: published,
        },
      },
    ]);
  });

  it('goes on where the dead-letter topic is gone, so that the message is not lost', async () => {
    await server.createPair('dead');
    await server.createPair('bars', { deadLetterPolicy: { deadLetterTopic: topicName('dead') } });
    await server.publisher.deleteTopic({ topic: topicName('dead') });
    await server.publish('bars', 'poison');
    for (let attempt = 1; attempt <= 8; attempt++) {
      await waitUntil(`attempt ${attempt}`, async () => {
        const pulled = await server.pull('bars');
        await server.modify('bars', 0, ...pulled);
        return pulled.length === 1;
      });
    }
    expect(server.server.stats().unacked).toBe(1);
  });

  it('does not stop others: what failed goes behind what waits', async () => {
    await server.createPair('bars');
    await server.publish('bars', 'poison', 'b', 'c');
    const seen: string[] = [];
    while (seen.length < 4) {
      const pulled = await server.pull('bars', 1);
      seen.push(...texts(pulled));
      if (pulled[0]?.text === 'poison') await server.modify('bars', 0, ...pulled);
    }
    expect(seen).toEqual(['poison', 'b', 'c', 'poison']);
  });

  describe('with exactly-once delivery', () => {
    it('fails a stale ack and a stale change of deadline with FAILED_PRECONDITION, and does nothing of the request', async () => {
      await server.createPair('bars', { enableExactlyOnceDelivery: true });
      await server.publish('bars', 'a', 'b');
      const [stale] = await server.pull('bars', 1);
      if (!stale) throw new Error('published');
      clock.advance(11 * SECOND);
      const fresh = await server.pull('bars');
      expect((await refusal(server.ack('bars', stale, ...fresh))).code).toBe('FAILED_PRECONDITION');
      expect((await refusal(server.modify('bars', 20, stale))).code).toBe('FAILED_PRECONDITION');
      expect(server.server.stats().unacked).toBe(2);
      await server.ack('bars', ...fresh);
      expect(server.server.stats().unacked).toBe(0);
    });

    it("names the stale ack ids in a way that Google's client understands", async () => {
      await server.createPair('bars', { enableExactlyOnceDelivery: true });
      const subscription = server.pubsub.subscription('bars');
      await server.publish('bars', 'a');
      const responses: string[] = [];
      subscription.on('message', (message) => {
        clock.advance(700 * SECOND);
        message.ackWithResponse().then(
          (response) => responses.push(`acked ${response}`),
          (error: { errorCode: string }) => responses.push(`refused ${error.errorCode}`),
        );
      });
      await waitUntil('the response to the stale ack', () => responses.length > 0);
      await subscription.close();
      expect(responses[0]).toBe('refused INVALID');
    });
  });

  describe('by a seek', () => {
    it('to a time in the future purges, and what is published then comes', async () => {
      await server.createPair('bars');
      await server.publish('bars', 'a', 'b');
      const held = await server.pull('bars', 1);
      const time = { seconds: Math.floor(clock.now() / 1000) + 3600 };
      await server.subscriber.seek({ subscription: subscriptionName('bars'), time });
      expect(await server.pull('bars')).toEqual([]);
      await server.modify('bars', 0, ...held);
      await server.publish('bars', 'c');
      expect(texts(await server.pull('bars'))).toEqual(['c']);
      expect(server.server.stats().unacked).toBe(1);
    });

    it('to a past time brings back the acked messages that are retained, from that time on', async () => {
      await server.createPair('bars', { retainAckedMessages: true });
      await server.publish('bars', 'early');
      clock.advance(60 * SECOND);
      const time = { seconds: clock.now() / 1000 };
      await server.publish('bars', 'a', 'b');
      clock.advance(60 * SECOND);
      await server.publish('bars', 'c');
      const pulled = await server.pull('bars');
      await server.ack('bars', ...pulled.slice(0, 3));
      await server.subscriber.seek({ subscription: subscriptionName('bars'), time });
      expect(texts(await server.pull('bars'))).toEqual(['a', 'b', 'c']);
    });

    it('brings nothing back that is not retained', async () => {
      await server.createPair('bars');
      await server.publish('bars', 'a', 'b');
      const [a] = await server.pull('bars', 1);
      if (!a) throw new Error('published');
      await server.ack('bars', a);
      await server.subscriber.seek({ subscription: subscriptionName('bars'), time: { seconds: 1 } });
      expect(texts(await server.pull('bars'))).toEqual(['b']);
    });

    it('brings back what the topic retains, even from before the subscription', async () => {
      await server.publisher.createTopic({ name: topicName('kept'), messageRetentionDuration: { seconds: 3600 } });
      await server.publish('kept', 'before');
      await server.subscriber.createSubscription({ name: subscriptionName('late'), topic: topicName('kept') });
      expect(await server.pull('late')).toEqual([]);
      await server.subscriber.seek({ subscription: subscriptionName('late'), time: { seconds: 1 } });
      expect(texts(await server.pull('late'))).toEqual(['before']);
    });
  });

  describe('and retention', () => {
    it('give up an unacked message after the retention, held or not', async () => {
      await server.createPair('bars', { messageRetentionDuration: { seconds: 600 } });
      await server.publish('bars', 'held', 'waiting');
      const held = await server.pull('bars', 1);
      for (let minute = 0; minute < 9; minute++) {
        await server.modify('bars', 600, ...held);
        clock.advance(60 * SECOND);
      }
      expect(server.server.stats().unacked).toBe(2);
      clock.advance(120 * SECOND);
      expect(await server.pull('bars')).toEqual([]);
      expect(server.server.stats()).toMatchObject({ unacked: 0, outstanding: 0, storedBytes: 0 });
    });

    it('drop acked messages at the end of theirs', async () => {
      await server.createPair('bars', { retainAckedMessages: true, messageRetentionDuration: { seconds: 600 } });
      await server.publish('bars', 'a');
      await server.ack('bars', ...(await server.pull('bars')));
      clock.advance(590 * SECOND);
      expect(server.server.stats().storedBytes).toBeGreaterThan(0);
      clock.advance(60 * SECOND);
      expect(server.server.stats().storedBytes).toBe(0);
    });
  });
});
