import { type Message } from '@google-cloud/pubsub';
import { LocalPubSub } from '../../src/local-pubsub';
import { refusal, subscriptionName, TestServer } from '../fixtures/server';
import { waitUntil } from '../fixtures/wait-until';

interface RawStream {
  readonly received: { readonly text: string; readonly ackId: string }[];
  readonly ended: { code?: number };
  write(request: object): void;
  cancel(): void;
}

describe('a streaming pull', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
    await server.createPair('bars');
  });
  afterEach(() => server.stop());

  /** A stream without the client's own lease management on top. */
  function openStream(first: object): RawStream {
    const stream = server.subscriber.streamingPull();
    const received: { text: string; ackId: string }[] = [];
    const ended: { code?: number } = {};
    stream.on('data', (response: { receivedMessages: { ackId: string; message: { data: Buffer } }[] }) => {
      for (const { ackId, message } of response.receivedMessages)
        received.push({ ackId, text: message.data.toString() });
    });
    stream.on('error', (error: { code: number }) => (ended.code = error.code));
    stream.write({ subscription: subscriptionName('bars'), streamAckDeadlineSeconds: 60, ...first });
    return { received, ended, write: (request) => stream.write(request), cancel: () => stream.cancel() };
  }

  const open = () => waitUntil('the stream to open', () => server.server.stats().streams > 0);

  it('gives every message once to a subscriber of the unmodified client that acks', async () => {
    const subscription = server.pubsub.subscription('bars');
    const seen: string[] = [];
    subscription.on('message', (message: Message) => {
      seen.push(message.data.toString());
      message.ack();
    });
    const topic = server.pubsub.topic('bars');
    const sent = Array.from({ length: 3000 }, (_, index) => `message ${index}`);
    await Promise.all(sent.map((text) => topic.publishMessage({ data: Buffer.from(text) })));
    await waitUntil('all acks', () => server.server.stats().unacked === 0);
    await subscription.close();
    expect([...seen].sort()).toEqual([...sent].sort());
    expect(server.server.stats()).toMatchObject({ outstanding: 0, storedBytes: 0 });
  });

  it('holds back what is above the most outstanding messages until one is acked', async () => {
    const stream = openStream({ maxOutstandingMessages: 2 });
    await server.publish('bars', 'a', 'b', 'c', 'd');
    await waitUntil('two messages', () => stream.received.length === 2);
    expect(server.server.stats()).toMatchObject({ unacked: 4, outstanding: 2 });
    stream.write({ ackIds: [stream.received[0]?.ackId] });
    await waitUntil('a third message', () => stream.received.length === 3);
    expect(server.server.stats()).toMatchObject({ unacked: 3, outstanding: 2 });
    stream.cancel();
  });

  it('holds back what is above the most outstanding bytes, but for a message that alone is above', async () => {
    const stream = openStream({ maxOutstandingBytes: 100 });
    await server.publish('bars', 'x'.repeat(500), 'small');
    await waitUntil('the large message', () => stream.received.length === 1);
    expect(server.server.stats().outstanding).toBe(1);
    stream.write({ ackIds: [stream.received[0]?.ackId] });
    await waitUntil('the small message', () => stream.received.length === 2);
    stream.cancel();
  });

  it('shares messages with the other streams of its subscription', async () => {
    const streams = [openStream({ maxOutstandingMessages: 50 }), openStream({ maxOutstandingMessages: 50 })];
    await waitUntil('both streams', () => server.server.stats().streams === 2);
    await server.publish('bars', ...Array.from({ length: 100 }, (_, index) => String(index)));
    await waitUntil('all messages', () => streams.every(({ received }) => received.length === 50));
    const all = streams.flatMap(({ received }) => received.map(({ text }) => text));
    expect(new Set(all).size).toBe(100);
    for (const stream of streams) stream.cancel();
  });

  it('nacks and extends by modified deadlines', async () => {
    const stream = openStream({});
    await server.publish('bars', 'a');
    await waitUntil('the message', () => stream.received.length === 1);
    stream.write({ modifyDeadlineAckIds: [stream.received[0]?.ackId], modifyDeadlineSeconds: [0] });
    await waitUntil('the message again', () => stream.received.length === 2);
    expect(stream.received[1]?.ackId).not.toBe(stream.received[0]?.ackId);
    stream.cancel();
  });

  it('leaves to others what it had not yet taken when it is cancelled', async () => {
    const stream = openStream({ maxOutstandingMessages: 1 });
    await server.publish('bars', 'held', 'free');
    await waitUntil('the first message', () => stream.received.length === 1);
    stream.cancel();
    await waitUntil('the stream to go', () => server.server.stats().streams === 0);
    expect((await server.pull('bars')).map(({ text }) => text)).toEqual(['free']);
  });

  it.each<[string, object, number]>([
    ['a subscription that is not there', { subscription: subscriptionName('none') }, 5],
    ['an ack deadline of 9 s', { streamAckDeadlineSeconds: 9 }, 3],
    ['ack ids without deadlines', { modifyDeadlineAckIds: ['a'], modifyDeadlineSeconds: [] }, 3],
  ])('is refused for %s', async (_, first, code) => {
    const stream = openStream(first);
    await waitUntil('the end', () => stream.ended.code !== undefined);
    expect(stream.ended.code).toBe(code);
    expect(server.server.stats().streams).toBe(0);
  });

  it('ends with NOT_FOUND when its subscription is deleted', async () => {
    const stream = openStream({});
    await open();
    await server.subscriber.deleteSubscription({ subscription: subscriptionName('bars') });
    await waitUntil('the end', () => stream.ended.code !== undefined);
    expect(stream.ended.code).toBe(5);
  });

  it('ends with UNAVAILABLE when the server stops, so that the client comes back when the server does', async () => {
    const raw = openStream({});
    await open();
    const { address } = server.server;
    await server.server.stop();
    await waitUntil('the end', () => raw.ended.code !== undefined);
    expect(raw.ended.code).toBe(14);
    expect((await refusal(server.publisher.getTopic({ topic: 'x' }, { timeout: 500, maxRetries: 0 }))).code).toMatch(
      /UNAVAILABLE|DEADLINE_EXCEEDED/,
    );
    const back = await LocalPubSub.start({ port: Number(address.split(':')[1]) });
    await back.stop();
  });
});
