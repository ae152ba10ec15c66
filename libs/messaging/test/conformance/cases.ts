import { Duration, type Message, type Subscription } from '@google-cloud/pubsub';
import { type Feature, type Project, until } from './server';

/** One sentence about how Pub/Sub behaves, and how to see it. */
export interface ConformanceCase {
  readonly title: string;
  /** The feature that a server must have for it; undefined: every server must. */
  readonly needs?: Feature;
  /** Longest time it may take, in milliseconds. */
  readonly limit?: number;
  readonly run: (project: Project) => Promise<void>;
}

// gRPC status codes.
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

const codeOf = (promise: Promise<unknown>): Promise<number | undefined> =>
  promise.then(
    () => undefined,
    (error: { code?: number }) => error.code,
  );

const text = (message: { data?: Uint8Array | string | null }): string =>
  Buffer.from(message.data as Uint8Array).toString();

/** A topic `t` with a subscription `s`. */
async function topicWithSubscription(
  project: Project,
  options: Parameters<ReturnType<Project['pubsub']['topic']>['createSubscription']>[1] = {},
) {
  const [topic] = await project.pubsub.createTopic('bars');
  await topic.createSubscription('sub', options);
  return topic;
}

/** Collects what a stream delivers; each message is acknowledged unless the handler says otherwise. */
function collect(
  subscription: Subscription,
  handle: (message: Message, seen: Message[]) => void = (message) => message.ack(),
): Message[] {
  const seen: Message[] = [];
  subscription.on('message', (message: Message) => {
    seen.push(message);
    handle(message, seen);
  });
  subscription.on('error', () => undefined);
  return seen;
}

async function publishOrdered(project: Project, key: string, count: number): Promise<void> {
  const topic = project.pubsub.topic('bars', { messageOrdering: true });
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      topic.publishMessage({ data: Buffer.from(String(index)), orderingKey: key }),
    ),
  );
}

export const cases: readonly ConformanceCase[] = [
  {
    title: 'a message arrives with its data, attributes, ordering key, id and publish time',
    async run(project) {
      const topic = await topicWithSubscription(project);
      const before = Date.now();
      const id = await topic.publishMessage({ data: Buffer.from([0, 255, 10]), attributes: { a: 'ä', b: '' } });
      const [received] = await project.pull('sub', 1);
      expect(received?.message).toMatchObject({ messageId: id, attributes: { a: 'ä', b: '' } });
      expect([...(received?.message?.data as Uint8Array)]).toEqual([0, 255, 10]);
      const published = Number(received?.message?.publishTime?.seconds) * 1000;
      expect(Math.abs(published - before)).toBeLessThan(5_000);
    },
  },
  {
    title: 'every subscription of a topic gets its own copy',
    async run(project) {
      const topic = await topicWithSubscription(project);
      await topic.createSubscription('other');
      await topic.publishMessage({ data: Buffer.from('x') });
      expect((await project.pull('sub', 1)).map(({ message }) => text(message!))).toEqual(['x']);
      expect((await project.pull('other', 1)).map(({ message }) => text(message!))).toEqual(['x']);
    },
  },
  {
    title: 'a new subscription gets nothing that was published before it',
    async run(project) {
      const [topic] = await project.pubsub.createTopic('bars');
      await topic.publishMessage({ data: Buffer.from('before') });
      await topic.createSubscription('sub');
      await topic.publishMessage({ data: Buffer.from('after') });
      expect((await project.pull('sub', 1)).map(({ message }) => text(message!))).toEqual(['after']);
    },
  },
  {
    title: 'subscribers of one subscription share its messages, each once',
    async run(project) {
      const topic = await topicWithSubscription(project);
      const streams = [0, 1].map(() =>
        project.pubsub.subscription('sub', { flowControl: { maxMessages: 5 }, streamingOptions: { maxStreams: 1 } }),
      );
      const seen = streams.map((stream) => collect(stream, (message) => setTimeout(() => message.ack(), 20)));
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => topic.publishMessage({ data: Buffer.from(String(index)) })),
      );
      const all = () => seen.flat().map(text);
      await until('100 messages', () => new Set(all()).size === 100);
      await Promise.all(streams.map((stream) => stream.close()));
      expect(all()).toHaveLength(100);
    },
  },
  {
    title: 'an acknowledged message does not come again, an expired one does',
    limit: 40_000,
    async run(project) {
      const topic = await topicWithSubscription(project, { ackDeadlineSeconds: 10 });
      await topic.publishMessage({ data: Buffer.from('acked') });
      await topic.publishMessage({ data: Buffer.from('expired') });
      const received = await project.pull('sub', 2);
      const acked = received.filter(({ message }) => text(message!) === 'acked').map(({ ackId }) => ackId!);
      await project.subscriber.acknowledge({ subscription: project.subscription('sub'), ackIds: acked });
      const again = await project.pull('sub', 1, 25_000);
      expect(again.map(({ message }) => text(message!))).toEqual(['expired']);
      expect(again[0]?.message?.messageId).toBe(
        received.find(({ message }) => text(message!) === 'expired')?.message?.messageId,
      );
    },
  },
  {
    title: 'a nacked message comes again',
    async run(project) {
      const topic = await topicWithSubscription(project);
      const stream = project.pubsub.subscription('sub');
      const seen = collect(stream, (message, all) => (all.length === 1 ? message.nack() : message.ack()));
      await topic.publishMessage({ data: Buffer.from('x') });
      await until('the redelivery', () => seen.length === 2);
      await stream.close();
      expect(seen[1]?.id).toBe(seen[0]?.id);
    },
  },
  {
    title: 'a lease that is extended is not given to another, one that is given back is',
    limit: 40_000,
    async run(project) {
      const topic = await topicWithSubscription(project, { ackDeadlineSeconds: 10 });
      await topic.publishMessage({ data: Buffer.from('x') });
      const [received] = await project.pull('sub', 1);
      const modify = (ackDeadlineSeconds: number) =>
        project.subscriber.modifyAckDeadline({
          subscription: project.subscription('sub'),
          ackIds: [received!.ackId!],
          ackDeadlineSeconds,
        });
      await modify(60);
      expect(await project.pull('sub', 1, 12_000)).toEqual([]);
      await modify(0);
      expect(await project.pull('sub', 1)).toHaveLength(1);
    },
  },
  {
    title: 'a handler that outlives its ack deadline ten times over gets its message once',
    limit: 140_000,
    async run(project) {
      const topic = await topicWithSubscription(project, { ackDeadlineSeconds: 10 });
      const open = () => project.pubsub.subscription('sub', { maxExtensionTime: Duration.from({ minutes: 10 }) });
      let done = false;
      const streams = [open(), open()];
      const seen = streams.map(
        (stream) =>
        collect(stream, (message) => void setTimeout(() => { message.ack(); done = true; }, 100_000)), // prettier-ignore
      );
      await topic.publishMessage({ data: Buffer.from('long') });
      await until('the handler’s end', () => done, 120_000);
      await Promise.all(streams.map((stream) => stream.close()));
      expect(seen.flat()).toHaveLength(1);
    },
  },
  {
    title: 'a retry policy holds a nacked message back, longer each time',
    needs: 'retry back-off',
    limit: 40_000,
    async run(project) {
      const topic = await topicWithSubscription(project, {
        retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 600 } },
      });
      const stream = project.pubsub.subscription('sub');
      const times: number[] = [];
      collect(stream, (message, all) => {
        times.push(Date.now());
        if (all.length < 4) message.nack();
        else message.ack();
      });
      await topic.publishMessage({ data: Buffer.from('x') });
      await until('the fourth delivery', () => times.length === 4, 30_000);
      await stream.close();
      const gaps = times.slice(1).map((time, index) => time - times[index]!);
      expect(gaps[0]).toBeGreaterThanOrEqual(900);
      expect(gaps[1]).toBeGreaterThanOrEqual(gaps[0]! * 1.3);
      expect(gaps[2]).toBeGreaterThanOrEqual(gaps[1]! * 1.3);
    },
  },
  {
    title: 'messages of an ordering key arrive in the order of publication, whatever other keys do',
    async run(project) {
      await topicWithSubscription(project, { enableMessageOrdering: true });
      const stream = project.pubsub.subscription('sub');
      const seen = collect(stream);
      await Promise.all(['a', 'b', 'c'].map((key) => publishOrdered(project, key, 50)));
      await until('150 messages', () => seen.length === 150);
      await stream.close();
      for (const key of ['a', 'b', 'c']) {
        const order = seen.filter(({ orderingKey }) => orderingKey === key).map((message) => Number(text(message)));
        expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
      }
    },
  },
  {
    title: 'a redelivery of an ordering key brings the later messages of the key again, in order',
    needs: 'ordering redelivery',
    async run(project) {
      await topicWithSubscription(project, { enableMessageOrdering: true });
      await publishOrdered(project, 'k', 5);
      const received = await project.pull('sub', 5);
      const numbers = (messages: typeof received) => messages.map(({ message }) => Number(text(message!)));
      expect(numbers(received)).toEqual([0, 1, 2, 3, 4]);
      const subscription = project.subscription('sub');
      const ackIds = received.map(({ ackId }) => ackId!);
      await project.subscriber.acknowledge({ subscription, ackIds: ackIds.slice(0, 2) });
      await project.subscriber.modifyAckDeadline({ subscription, ackIds: [ackIds[2]!], ackDeadlineSeconds: 0 });
      expect(numbers(await project.pull('sub', 3))).toEqual([2, 3, 4]);
    },
  },
  {
    title:
      'after the limit of attempts a message goes to the dead letters, with Google’s attributes; attempts are counted',
    limit: 60_000,
    async run(project) {
      const [deadLetters] = await project.pubsub.createTopic('dead');
      await deadLetters.createSubscription('dead-s');
      const topic = await topicWithSubscription(project, {
        deadLetterPolicy: { deadLetterTopic: project.topic('dead'), maxDeliveryAttempts: 5 },
        retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 1 } },
      });
      const stream = project.pubsub.subscription('sub');
      const attempts: number[] = [];
      collect(stream, (message) => {
        attempts.push(message.deliveryAttempt);
        message.nack();
      });
      await topic.publishMessage({ data: Buffer.from('poison'), attributes: { own: 'kept' } });
      const [letter] = await project.pull('dead-s', 1, 45_000);
      await stream.close();
      expect(attempts).toEqual([1, 2, 3, 4, 5]);
      expect(text(letter!.message!)).toBe('poison');
      expect(letter!.message!.attributes).toMatchObject({
        own: 'kept',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
        CloudPubSubDeadLetterSourceSubscription: 'sub',
        CloudPubSubDeadLetterSourceSubscriptionProject: project.id,
        CloudPubSubDeadLetterSourceTopicPublishTime: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/) as unknown,
      });
    },
  },
  {
    title: 'a filter lets only matching messages through',
    needs: 'filters',
    async run(project) {
      const topic = await topicWithSubscription(project, {
        filter: 'attributes.kind = "bar" AND NOT (hasPrefix(attributes.symbol, "TEST") OR attributes:skip)',
      });
      const publish = (data: string, attributes: Record<string, string>) =>
        topic.publishMessage({ data: Buffer.from(data), attributes });
      await publish('other kind', { kind: 'tick', symbol: 'AAPL' });
      await publish('test symbol', { kind: 'bar', symbol: 'TESTX' });
      await publish('skipped', { kind: 'bar', symbol: 'AAPL', skip: '' });
      await publish('no attributes', {});
      await publish('match', { kind: 'bar', symbol: 'AAPL' });
      expect((await project.pull('sub', 1)).map(({ message }) => text(message!))).toEqual(['match']);
      expect(await project.pull('sub', 1, 500)).toEqual([]);
    },
  },
  {
    title: 'a filter that is not in the language is refused',
    needs: 'filters',
    async run(project) {
      const [topic] = await project.pubsub.createTopic('bars');
      for (const filter of [
        'attributes.x == "1"',
        'attributes.x = 1',
        'x',
        '(attributes:x',
        'attributes:x AND attributes:y OR attributes:z',
      ]) {
        expect([filter, await codeOf(topic.createSubscription('sub', { filter }))]).toEqual([filter, INVALID_ARGUMENT]);
      }
    },
  },
  {
    title: 'a stream never holds more messages than it asked for',
    needs: 'flow control',
    async run(project) {
      const topic = await topicWithSubscription(project);
      const stream = project.pubsub.subscription('sub', {
        flowControl: { maxMessages: 3 },
        streamingOptions: { maxStreams: 1 },
        batching: { maxMilliseconds: 1 },
      });
      let held = 0;
      let most = 0;
      const seen = collect(stream, (message) => {
        held += 1;
        most = Math.max(most, held);
        setTimeout(() => {
          held -= 1;
          message.ack();
        }, 20);
      });
      await Promise.all(Array.from({ length: 60 }, () => topic.publishMessage({ data: Buffer.from('x') })));
      await until('60 messages', () => seen.length === 60);
      await stream.close();
      expect(most).toBe(3);
    },
  },
  {
    title: 'with exactly-once delivery a stale acknowledgement fails and the message comes again',
    needs: 'exactly-once acknowledgement',
    async run(project) {
      const topic = await topicWithSubscription(project, { enableExactlyOnceDelivery: true });
      await topic.publishMessage({ data: Buffer.from('x') });
      const [received] = await project.pull('sub', 1);
      const subscription = project.subscription('sub');
      await project.subscriber.modifyAckDeadline({ subscription, ackIds: [received!.ackId!], ackDeadlineSeconds: 0 });
      expect(await codeOf(project.subscriber.acknowledge({ subscription, ackIds: [received!.ackId!] }))).toBe(9);
      expect(await project.pull('sub', 1)).toHaveLength(1);
    },
  },
  {
    title: 'a subscription that keeps acknowledged messages can be sought back, and forward past all',
    async run(project) {
      const topic = await topicWithSubscription(project, {
        retainAckedMessages: true,
        messageRetentionDuration: { seconds: 3600 },
      });
      const start = new Date(Date.now() - 1000);
      for (const data of ['1', '2']) await topic.publishMessage({ data: Buffer.from(data) });
      const first = await project.pull('sub', 2);
      await project.subscriber.acknowledge({
        subscription: project.subscription('sub'),
        ackIds: first.map(({ ackId }) => ackId!),
      });
      await project.pubsub.subscription('sub').seek(start);
      expect((await project.pull('sub', 2)).map(({ message }) => text(message!)).sort()).toEqual(['1', '2']);
      await topic.publishMessage({ data: Buffer.from('3') });
      await project.pubsub.subscription('sub').seek(new Date(Date.now() + 3_600_000));
      expect(await project.pull('sub', 1, 500)).toEqual([]);
    },
  },
  {
    title: 'what exceeds Pub/Sub’s limits is refused',
    needs: 'limits',
    async run(project) {
      await topicWithSubscription(project);
      const publish = (message: object) =>
        codeOf(project.publisher.publish({ topic: project.topic('bars'), messages: [message] }));
      const data = Buffer.from('x');
      const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, '']));
      const refused: Record<string, object> = {
        'no data and no attributes': {},
        'more than 10 MB': { data: Buffer.alloc(11_000_000) },
        'an attribute key over 256 bytes': { data, attributes: { ['k'.repeat(257)]: '' } },
        'an attribute value over 1024 bytes': { data, attributes: { k: 'v'.repeat(1025) } },
        'more than 100 attributes': { data, attributes: many },
        'an attribute key that starts with goog': { data, attributes: { google: 'x' } },
        'an ordering key over 1024 bytes': { data, orderingKey: 'k'.repeat(1025) },
      };
      for (const [what, message] of Object.entries(refused)) {
        expect([what, await publish(message)]).toEqual([what, INVALID_ARGUMENT]);
      }
      for (const ackDeadlineSeconds of [5, 601]) {
        const creation = project.pubsub.topic('bars').createSubscription('bad', { ackDeadlineSeconds });
        expect(await codeOf(creation)).toBe(INVALID_ARGUMENT);
      }
      expect(await publish({ data })).toBeUndefined();
    },
  },
  {
    title: 'names that exist, do not exist or are not names are told apart',
    async run(project) {
      await topicWithSubscription(project);
      expect(await codeOf(project.pubsub.createTopic('bars'))).toBe(ALREADY_EXISTS);
      expect(await codeOf(project.pubsub.topic('bars').createSubscription('sub'))).toBe(ALREADY_EXISTS);
      expect(await codeOf(project.pubsub.topic('none').publishMessage({ data: Buffer.from('x') }))).toBe(NOT_FOUND);
      expect(await codeOf(project.pubsub.topic('none').createSubscription('sub2'))).toBe(NOT_FOUND);
      expect(
        await codeOf(project.subscriber.pull({ subscription: project.subscription('none'), maxMessages: 1 })),
      ).toBe(NOT_FOUND);
      expect(await codeOf(project.pubsub.createTopic('1-starts-with-a-digit'))).toBe(INVALID_ARGUMENT);
    },
  },
  {
    title: 'topics and subscriptions are listed, by pages too',
    async run(project) {
      const names = ['bars1', 'bars2', 'bars3'];
      for (const name of names) await project.pubsub.createTopic(name);
      for (const name of ['sub-a', 'sub-b', 'sub-c']) await project.pubsub.topic('bars1').createSubscription(name);
      const [topics] = await project.pubsub.getTopics();
      expect(topics.map(({ name }) => name).sort()).toEqual(names.map((name) => project.topic(name)));
      const paged = [];
      for (let pageToken = ''; ;) {
        const [page, , response] = await project.publisher.listTopics(
          { project: `projects/${project.id}`, pageSize: 2, pageToken },
          { autoPaginate: false },
        );
        paged.push(...page);
        pageToken = response.nextPageToken ?? '';
        if (pageToken === '') break;
      }
      expect(paged).toHaveLength(3);
      const [subscriptions] = await project.pubsub.topic('bars1').getSubscriptions();
      expect(subscriptions.map(({ name }) => name).sort()).toEqual(
        ['sub-a', 'sub-b', 'sub-c'].map((name) => project.subscription(name)),
      );
    },
  },
  {
    title: 'a subscription’s settings can be changed, only those that are named',
    async run(project) {
      await topicWithSubscription(project, { ackDeadlineSeconds: 20, retainAckedMessages: true });
      await project.subscriber.updateSubscription({
        subscription: { name: project.subscription('sub'), ackDeadlineSeconds: 33, retainAckedMessages: false },
        updateMask: { paths: ['ack_deadline_seconds'] },
      });
      const [metadata] = await project.pubsub.subscription('sub').getMetadata();
      expect(metadata).toMatchObject({ ackDeadlineSeconds: 33, retainAckedMessages: true });
    },
  },
  {
    title: 'a deleted topic takes no messages and its subscriptions say so; a deleted subscription ends its streams',
    async run(project) {
      const topic = await topicWithSubscription(project);
      await topic.delete();
      expect(await codeOf(topic.publishMessage({ data: Buffer.from('x') }))).toBe(NOT_FOUND);
      const [metadata] = await project.pubsub.subscription('sub').getMetadata();
      expect(metadata.topic).toBe('_deleted-topic_');
      const stream = project.pubsub.subscription('sub');
      const errors: { code?: number }[] = [];
      stream.on('message', () => undefined);
      stream.on('error', (error: { code?: number }) => errors.push(error));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await project.subscriber.deleteSubscription({ subscription: project.subscription('sub') });
      await until('the stream’s error', () => errors.length > 0);
      expect(errors[0]?.code).toBe(NOT_FOUND);
      await stream.close();
    },
  },
  {
    title: 'what a vanished subscriber held goes to another one after the lease',
    limit: 60_000,
    async run(project) {
      const topic = await topicWithSubscription(project, { ackDeadlineSeconds: 10 });
      const first = project.subscriber.streamingPull();
      first.on('error', () => undefined);
      const held: unknown[] = [];
      first.on('data', (response: { receivedMessages?: unknown[] }) => held.push(...(response.receivedMessages ?? [])));
      first.write({ subscription: project.subscription('sub'), streamAckDeadlineSeconds: 10 });
      await topic.publishMessage({ data: Buffer.from('x') });
      await until('the first delivery', () => held.length === 1);
      first.cancel();
      const second = project.pubsub.subscription('sub');
      const seen = collect(second);
      await until('the second delivery', () => seen.length === 1, 20_000);
      await second.close();
    },
  },
  {
    title: 'a server that is killed and comes back has lost nothing, and its clients go on by themselves',
    needs: 'durability',
    limit: 60_000,
    async run(project) {
      const topic = await topicWithSubscription(project, { ackDeadlineSeconds: 10 });
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => topic.publishMessage({ data: Buffer.from(String(index)) })),
      );
      const stream = project.pubsub.subscription('sub', {
        streamingOptions: { retryMaxBackoff: Duration.from({ seconds: 1 }) },
      });
      const seen = collect(stream);
      await until('the first messages', () => seen.length >= 20);
      await project.server.restart();
      await topic.publishMessage({ data: Buffer.from('after') });
      await until('the message after the restart', () => seen.some((message) => text(message) === 'after'), 30_000);
      await stream.close();
      expect(new Set(seen.map(text)).size).toBe(21);
    },
  },
  {
    title: 'a snapshot keeps a subscription’s state to go back to',
    needs: 'snapshots',
    async run(project) {
      const topic = await topicWithSubscription(project);
      await topic.publishMessage({ data: Buffer.from('x') });
      await project.pubsub.subscription('sub').createSnapshot('snap');
      const [received] = await project.pull('sub', 1);
      await project.subscriber.acknowledge({ subscription: project.subscription('sub'), ackIds: [received!.ackId!] });
      await project.pubsub.subscription('sub').seek('snap');
      expect(await project.pull('sub', 1)).toHaveLength(1);
    },
  },
  {
    title: 'a topic with a schema refuses what does not fit it',
    needs: 'schemas',
    async run(project) {
      const definition = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'x', type: 'int' }] });
      await project.pubsub.createSchema('schema', 'AVRO', definition);
      await project.pubsub.createTopic({
        name: project.topic('bars'),
        schemaSettings: { schema: `projects/${project.id}/schemas/schema`, encoding: 'JSON' },
      });
      const publish = (data: string) =>
        codeOf(project.pubsub.topic('bars').publishMessage({ data: Buffer.from(data) }));
      expect(await publish('{"x":1}')).toBeUndefined();
      expect(await publish('{"y":1}')).toBe(INVALID_ARGUMENT);
    },
  },
];
