import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message } from '@google-cloud/pubsub';
import { LocalPubSub } from '../src/local-pubsub';
import { ManualClock } from './fixtures/manual-clock';
import { subscriptionName, TestServer, texts, topicName } from './fixtures/server';
import { waitUntil } from './fixtures/wait-until';

describe('a local Pub/Sub server', () => {
  let dataDirectory: string;
  let running: TestServer | undefined;
  const start = async (options: object = {}): Promise<TestServer> => {
    running = await TestServer.start({ dataDirectory, ...options });
    return running;
  };
  const stop = async (): Promise<void> => {
    await running?.stop();
    running = undefined;
  };

  beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'local-pubsub-'));
  });
  afterEach(async () => {
    await stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  it('listens on loopback alone unless told otherwise', async () => {
    const server = await start();
    expect(server.server.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('says what to do about a port in use, and frees its data directory', async () => {
    const server = await TestServer.start();
    const port = Number(server.server.address.split(':')[1]);
    await expect(LocalPubSub.start({ port, dataDirectory })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use: stop what listens there, or give another port.`,
    );
    await server.stop();
    await start();
  });

  it('says what to do about a data directory that another server of the process holds', async () => {
    await start();
    await expect(LocalPubSub.start({ dataDirectory })).rejects.toThrow(
      /is held by another local Pub\/Sub server .*stop that one/,
    );
  });

  it('says what to do about a data directory that cannot be one', async () => {
    await expect(LocalPubSub.start({ dataDirectory: '/dev/null/data' })).rejects.toThrow(
      /cannot be opened .*give a writable one/,
    );
  });

  it('has topics, subscriptions, unacked messages and attempts again after a restart, and acked messages not', async () => {
    let server = await start();
    await server.createPair('dead');
    await server.createPair('bars', {
      labels: { stage: 'test' },
      filter: 'NOT attributes:skip',
      deadLetterPolicy: { deadLetterTopic: topicName('dead') },
    });
    await server.publish('bars', 'a', 'b', 'c');
    await server.publisher.publish({ topic: topicName('bars'), messages: [{ attributes: { skip: '' } }] });
    const [a, b] = await server.pull('bars');
    if (!a || !b) throw new Error('published');
    await server.ack('bars', a);
    await server.modify('bars', 0, b);
    await stop();

    server = await start();
    const [subscription] = await server.subscriber.getSubscription({ subscription: subscriptionName('bars') });
    expect(subscription).toMatchObject({
      labels: { stage: 'test' },
      filter: 'NOT attributes:skip',
      ackDeadlineSeconds: 10,
    });
    const pulled = await server.pull('bars');
    expect(pulled.map(({ text, attempt }) => [text, attempt])).toEqual([
      ['b', 2],
      ['c', 1],
    ]);
    await server.ack('bars', ...pulled);
    await stop();

    server = await start();
    expect(server.server.stats()).toMatchObject({ topics: 2, subscriptions: 2, unacked: 0, storedBytes: 0 });
  });

  it('gives a restarted subscription what was outstanding, in order of its keys, and takes no ack id from before', async () => {
    let server = await start();
    await server.createPair('bars', { enableMessageOrdering: true });
    await server.publishOrdered('bars', 'A', 'a1', 'a2', 'a3');
    const before = await server.pull('bars');
    await server.ack('bars', ...before.slice(0, 1));
    await stop();
    server = await start();
    const after = await server.pull('bars');
    expect(texts(after)).toEqual(['a2', 'a3']);
    await server.ack('bars', ...before);
    expect(server.server.stats().unacked).toBe(2);
  });

  it('gives ids that increase over restarts, even where the clock went back', async () => {
    const ids: string[] = [];
    for (const time of ['2024-06-01', '2023-06-01', '2022-06-01']) {
      const server = await start({ clock: new ManualClock(Date.parse(time)) });
      if (ids.length === 0) await server.publisher.createTopic({ name: topicName('bars') });
      ids.push(...(await server.publish('bars', 'x', 'y')));
      await stop();
    }
    expect([...new Set(ids)].sort()).toEqual(ids);
  });

  it('keeps deletions, detachments and updates over a restart', async () => {
    let server = await start();
    for (const id of ['kept', 'gone', 'detached', 'orphaned']) {
      await server.createPair(id);
      await server.publish(id, `message of ${id}`);
    }
    await server.subscriber.deleteSubscription({ subscription: subscriptionName('gone') });
    await server.publisher.detachSubscription({ subscription: subscriptionName('detached') });
    await server.publisher.deleteTopic({ topic: topicName('orphaned') });
    await server.subscriber.updateSubscription({
      subscription: { name: subscriptionName('kept'), ackDeadlineSeconds: 42 },
      updateMask: { paths: ['ack_deadline_seconds'] },
    });
    await stop();
    server = await start();
    expect(server.server.stats()).toMatchObject({ topics: 3, subscriptions: 3, unacked: 2 });
    const [kept] = await server.subscriber.getSubscription({ subscription: subscriptionName('kept') });
    expect(kept.ackDeadlineSeconds).toBe(42);
    const [detached] = await server.subscriber.getSubscription({ subscription: subscriptionName('detached') });
    expect(detached.detached).toBe(true);
    const [orphaned] = await server.subscriber.getSubscription({ subscription: subscriptionName('orphaned') });
    expect(orphaned.topic).toBe('_deleted-topic_');
    expect(texts(await server.pull('orphaned'))).toEqual(['message of orphaned']);
  });

  it('keeps a seek and what it brought back over a restart', async () => {
    let server = await start();
    await server.createPair('bars', { retainAckedMessages: true });
    await server.publish('bars', 'a', 'b');
    await server.ack('bars', ...(await server.pull('bars')));
    await server.subscriber.seek({ subscription: subscriptionName('bars'), time: { seconds: 1 } });
    await stop();
    server = await start();
    expect(texts(await server.pull('bars'))).toEqual(['a', 'b']);
    await server.subscriber.seek({ subscription: subscriptionName('bars'), time: { seconds: 1e10 } });
    await stop();
    server = await start();
    expect(await server.pull('bars')).toEqual([]);
  });

  it('says what to do about an address that is not of this machine', async () => {
    await expect(LocalPubSub.start({ host: '192.0.2.1' })).rejects.toThrow(
      /Cannot listen on 192\.0\.2\.1:0 .*give an address/,
    );
  });

  it('takes its subscribers back after a restart in mid-stream, and loses nothing', async () => {
    const server = await start();
    const port = Number(server.server.address.split(':')[1]);
    await server.createPair('bars');
    const { pubsub } = server;
    const subscription = pubsub.subscription('bars', {
      streamingOptions: { retryMaxBackoff: { seconds: 1 } },
    } as object);
    const seen = new Set<string>();
    subscription.on('message', (message: Message) => {
      seen.add(message.data.toString());
      message.ack();
    });
    await waitUntil('the streams', () => server.server.stats().streams > 0);
    const topic = pubsub.topic('bars');
    const publish = (from: number) =>
      Promise.all(
        Array.from({ length: 200 }, (_, index) => topic.publishMessage({ data: Buffer.from(`${from + index}`) })),
      );
    await publish(0);
    await server.server.stop();
    running = undefined;
    const back = await LocalPubSub.start({ dataDirectory, port });
    await publish(200);
    await waitUntil('all messages', () => seen.size === 400);
    await waitUntil('all acks', () => back.stats().unacked === 0);
    await subscription.close();
    await Promise.all([pubsub.close(), server.publisher.close(), server.subscriber.close()]);
    await back.stop();
  });

  it('uses the space of acked messages again', async () => {
    const server = await start();
    await server.createPair('bars');
    const size = (): number => statSync(join(dataDirectory, 'data.mdb')).size;
    const round = async (): Promise<void> => {
      await server.publish('bars', ...Array.from({ length: 20 }, () => 'x'.repeat(100_000)));
      while (server.server.stats().unacked > 0) await server.ack('bars', ...(await server.pull('bars')));
    };
    for (let count = 0; count < 5; count++) await round();
    const settled = size();
    for (let count = 0; count < 25; count++) await round();
    expect(size()).toBeLessThanOrEqual(settled * 1.5);
  });
});
