import {
  type DeadLetter,
  ENVELOPE_ATTRIBUTES as NAMES,
  IngestionRequested,
  ingestionRequested,
  MarketClosed,
  marketClosed,
  PermanentError,
  subscriptions,
} from '@closing-bell/contracts';
import { LocalPubSub } from '@closing-bell/local-pubsub';
import { type Subscription } from '@google-cloud/pubsub';
import { Controller } from '@nestjs/common';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { message, OnMessage, type OutgoingMessage } from '../src';
import { deadLetterOf } from '../src/received-message';
import { until } from './conformance/server';
import { payload } from './fixtures';
import { type RunningTestService, startTestService } from './running-service';

const { ingestor, monitor } = subscriptions;

const collectors: Subscription[] = [];

/** Everything that is dead-lettered from now on. */
function collectDeadLetters({ pubsub }: RunningTestService): DeadLetter[] {
  const letters: DeadLetter[] = [];
  const subscription = pubsub.subscription(monitor.deadLetters.name, { batching: { maxMilliseconds: 5 } });
  collectors.push(subscription);
  subscription.on('message', (received) => {
    letters.push(
      deadLetterOf({ ...received, deliveryAttempt: 1, orderingKey: received.orderingKey ?? '', data: received.data }),
    );
    received.ack();
  });
  return letters;
}

describe('the transport on the embedded server', () => {
  let server: LocalPubSub;
  let service: RunningTestService | undefined;
  beforeEach(async () => {
    server = await LocalPubSub.start();
  });
  afterEach(async () => {
    await Promise.all(collectors.splice(0).map((collector) => collector.close()));
    await service?.stop();
    service = undefined;
    await server.stop();
  });

  it('runs a handler for each message and publishes what it returns, as one cascade', async () => {
    const requests: [IngestionRequested, string, string | undefined][] = [];
    @Controller()
    class Cascade {
      @OnMessage(ingestor.marketClosed)
      async onClose(close: MarketClosed): Promise<OutgoingMessage[]> {
        return (close.symbols ?? []).map((symbol) => message(ingestionRequested, { ...payload, symbol }));
      }
      @OnMessage(ingestor.ingestionRequested)
      async onRequest(request: IngestionRequested, { envelope }: Parameters<typeof this.seen>[1]): Promise<void> {
        this.seen(request, { envelope });
      }
      seen(request: IngestionRequested, { envelope }: { envelope: { correlationId: string; causationId?: string } }) {
        requests.push([request, envelope.correlationId, envelope.causationId]);
      }
    }
    service = await startTestService(server.address, Cascade, [ingestor.marketClosed, ingestor.ingestionRequested]);
    const id = await service.publisher.publish(message(marketClosed, { exchange: 'XNYS', symbols: ['AAPL', 'MSFT'] }));
    await until('both requests', () => requests.length === 2);
    expect(requests.map(([{ symbol }]) => symbol).sort()).toEqual(['AAPL', 'MSFT']);
    for (const [, correlationId, causationId] of requests) expect([correlationId, causationId]).toEqual([id, id]);
  });

  it('dead-letters 10,000 malformed messages with a reason each, and handles the good ones in between once', async () => {
    const handled: string[] = [];
    @Controller()
    class Requests {
      @OnMessage(ingestor.ingestionRequested)
      async onRequest({ symbol }: IngestionRequested): Promise<void> {
        handled.push(symbol);
      }
    }
    service = await startTestService(server.address, Requests, [ingestor.ingestionRequested]);
    const letters = collectDeadLetters(service);
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', onRejection);

    const good = (symbol: string) => ({
      data: Buffer.from(JSON.stringify({ ...payload, symbol })),
      attributes: { [NAMES.type]: ingestionRequested.type, [NAMES.id]: symbol },
      orderingKey: symbol,
    });
    const topic = service.pubsub.topic('ingestion-requested', { messageOrdering: true });
    const malformed = fc.sample(malformedMessage, { numRuns: 10_000, seed: 20200316 });
    const symbols = Array.from({ length: 100 }, (_, index) => `GOOD${index}`);
    await Promise.all(
      malformed.map(async (bad, index) => {
        if (index % 100 === 0) await topic.publishMessage(good(symbols[index / 100] ?? ''));
        await topic.publishMessage(bad);
      }),
    );
    await until('10,000 dead letters', () => letters.length >= 10_000, 200_000);
    await until('the good ones', () => handled.length >= 100);
    process.off('unhandledRejection', onRejection);

    expect(rejections).toEqual([]);
    expect([...handled].sort()).toEqual([...symbols].sort());
    expect(letters).toHaveLength(10_000);
    const reasons = new Set(letters.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual([
      'invalid-payload',
      'missing-ordering-key',
      'newer-version',
      'over-size',
      'undecodable-payload',
      'unknown-type',
      'wrong-ordering-key',
    ]);
    for (const { detail, subscription, topic: origin } of letters) {
      expect(detail.length).toBeGreaterThan(20);
      expect([subscription, origin]).toEqual([ingestor.ingestionRequested.name, 'ingestion-requested']);
    }
  }, 250_000);

  it('sends a permanent failure to the dead letters and a passing one to the handler again, in the key’s order', async () => {
    const log: string[] = [];
    let failures = 1;
    @Controller()
    class Fragile {
      @OnMessage(ingestor.ingestionRequested)
      async onRequest({ session }: IngestionRequested): Promise<void> {
        log.push(session);
        if (session === '2020-03-17' && failures-- > 0) throw new Error('passing');
        if (session === '2020-03-18') throw new PermanentError('for good', { reason: 'test' });
      }
    }
    service = await startTestService(server.address, Fragile, [ingestor.ingestionRequested]);
    const letters = collectDeadLetters(service);
    const days = ['2020-03-16', '2020-03-17', '2020-03-18', '2020-03-19'];
    for (const session of days) await service.publisher.publish(message(ingestionRequested, { ...payload, session }));
    await until('the last message', () => log.at(-1) === '2020-03-19' && log.length >= 5);
    await until('the dead letter', () => letters.length === 1);
    expect(log).toEqual(['2020-03-16', '2020-03-17', '2020-03-17', '2020-03-18', '2020-03-19']);
    expect(letters[0]).toMatchObject({ reason: 'test', detail: 'for good' });
  });

  it('hands over on drain: the running handler ends and is acknowledged, the rest goes to the next instance', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const first: string[] = [];
    const second: string[] = [];
    @Controller()
    class Slow {
      @OnMessage(ingestor.ingestionRequested)
      async onRequest({ session }: IngestionRequested): Promise<void> {
        first.push(session);
        await held;
      }
    }
    @Controller()
    class Next {
      @OnMessage(ingestor.ingestionRequested)
      async onRequest({ session }: IngestionRequested): Promise<void> {
        second.push(session);
      }
    }
    const leaving = await startTestService(server.address, Slow, [ingestor.ingestionRequested]);
    for (const session of ['2020-03-16', '2020-03-17', '2020-03-18']) {
      await leaving.publisher.publish(message(ingestionRequested, { ...payload, session }));
    }
    await until('the first message', () => first.length === 1);
    service = await startTestService(server.address, Next, [ingestor.ingestionRequested]);
    const stopped = leaving.stop();
    release();
    await stopped;
    await until('the rest', () => second.length === 2, 20_000);
    expect(first).toEqual(['2020-03-16']);
    expect(second).toEqual(['2020-03-17', '2020-03-18']);
  });
});

describe('the transport over a restart of the server', () => {
  it('knows that it is lost, reconnects and loses nothing', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'closing-bell-transport-'));
    const handled = new Set<string>();
    @Controller()
    class Counting {
      @OnMessage(ingestor.ingestionRequested)
      async onRequest({ symbol }: IngestionRequested): Promise<void> {
        handled.add(symbol);
      }
    }
    let server = await LocalPubSub.start({ dataDirectory });
    const port = Number(server.address.split(':')[1]);
    const service = await startTestService(server.address, Counting, [ingestor.ingestionRequested]);
    try {
      const publish = (symbol: string) =>
        service.publisher.publish(message(ingestionRequested, { ...payload, symbol }));
      for (let index = 0; index < 50; index += 1) await publish(`A${index}`);
      const loss = (): number => service.server.losses()[0]?.milliseconds ?? NaN;
      expect(loss()).toBe(0);
      await server.stop();
      await until('the loss', () => loss() > 1000, 30_000);
      server = await LocalPubSub.start({ dataDirectory, port });
      for (let index = 0; index < 50; index += 1) await publish(`B${index}`);
      await until('all messages', () => handled.size === 100, 30_000);
      expect(loss()).toBe(0);
    } finally {
      await service.stop();
      await server.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  }, 60_000);
});

/** Messages that break each rule of the envelope, the encoding or the contract. */
const malformedMessage = (() => {
  // Many keys: messages of one are handled one after another.
  const key = fc.integer({ min: 0, max: 499 }).map((number) => `KEY${number}`);
  const typed = (type: string) => ({ [NAMES.type]: type });
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const own = typed(ingestionRequested.type);
  const invalidField = fc.oneof(
    fc.record({
      symbol: fc.oneof(
        fc.string().filter((text) => !/^\^?[A-Z0-9][A-Z0-9.\-=]*$/.test(text)),
        fc.integer(),
        fc.constant(null),
      ),
    }),
    fc.record({ session: fc.oneof(fc.string(), fc.constantFrom('2020-02-30', '20200316', '2020-3-16')) }),
    fc.record({ exchange: fc.oneof(fc.string({ maxLength: 3 }), fc.constant('xnys')) }),
    fc.record({ forceRetrain: fc.oneof(fc.string(), fc.integer(), fc.constant(null)) }),
  );
  const common = fc.oneof(
    // Not JSON, not UTF-8, or nothing.
    fc.record({
      data: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from([0xff, ...bytes])),
      attributes: fc.constant(own),
      orderingKey: key,
    }),
    fc.record({
      data: fc.string({ minLength: 1 }).map((text) => Buffer.from(`{${text}`)),
      attributes: fc.constant(own),
      orderingKey: key,
    }),
    // JSON, but no object of the contract.
    fc.record({
      data: fc
        .jsonValue()
        .filter((value) => typeof value !== 'object' || value === null || Array.isArray(value))
        .map(json),
      attributes: fc.constant(own),
      orderingKey: key,
    }),
    fc.record({
      data: invalidField.map((field) => json({ ...payload, ...field })),
      attributes: fc.constant(own),
      orderingKey: key,
    }),
    // A foreign, missing or newer type.
    fc.record({
      data: fc.constant(json(payload)),
      attributes: fc.string({ minLength: 1, maxLength: 50 }).map((type) => typed(`x${type}`)),
      orderingKey: key,
    }),
    fc.record({ data: fc.constant(json(payload)), attributes: fc.constant({}), orderingKey: key }),
    fc.record({
      data: fc.constant(json(payload)),
      attributes: fc
        .integer({ min: 2, max: 99 })
        .map((version) => typed(`closing-bell.ingestion-requested.v${version}`)),
      orderingKey: key,
    }),
    // Without its ordering key, or with another's.
    fc.record({ data: fc.constant(json(payload)), attributes: fc.constant(own) }),
    fc.record({ data: fc.constant(json(payload)), attributes: fc.constant(own), orderingKey: key }),
  );
  const tooLarge = fc.record({
    data: fc.constant(Buffer.alloc(256 * 1024 + 1, 0x20)),
    attributes: fc.constant(own),
    orderingKey: key,
  });
  // Seldom, for the test's own memory.
  return fc.oneof({ arbitrary: common, weight: 199 }, { arbitrary: tooLarge, weight: 1 });
})();
