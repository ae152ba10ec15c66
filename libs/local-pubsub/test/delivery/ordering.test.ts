import fc from 'fast-check';
import { ManualClock } from '../fixtures/manual-clock';
import { type Pulled, TestServer, texts } from '../fixtures/server';
import { waitUntil } from '../fixtures/wait-until';

const SECOND = 1000;

describe('an ordering key', () => {
  let clock: ManualClock;
  let server: TestServer;
  beforeEach(async () => {
    clock = new ManualClock();
    server = await TestServer.start({ clock });
    await server.createPair('bars', { enableMessageOrdering: true });
  });
  afterEach(() => server.stop());

  it('keeps publish order, key by key', async () => {
    await server.publishOrdered('bars', 'A', 'a1', 'a2');
    await server.publishOrdered('bars', 'B', 'b1');
    await server.publishOrdered('bars', 'A', 'a3');
    const pulled = texts(await server.pull('bars'));
    expect(pulled.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(pulled).toContain('b1');
  });

  it('gives nothing to another consumer while messages of it are outstanding', async () => {
    await server.publishOrdered('bars', 'A', 'a1', 'a2', 'a3');
    await server.publishOrdered('bars', 'B', 'b1');
    const first = await server.pull('bars', 1);
    expect(texts(first)).toEqual(['a1']);
    expect(texts(await server.pull('bars', 10))).toEqual(['b1']);
    await server.ack('bars', ...first);
    expect(texts(await server.pull('bars', 10))).toEqual(['a2', 'a3']);
  });

  it('is sent again from a nacked message on, those acked after it too', async () => {
    await server.publishOrdered('bars', 'A', 'a1', 'a2', 'a3', 'a4');
    const [a1, a2, a3, a4] = await server.pull('bars');
    if (!a1 || !a2 || !a3 || !a4) throw new Error('published');
    await server.ack('bars', a1, a3);
    await server.modify('bars', 0, a2);
    const again = await server.pull('bars');
    expect(texts(again)).toEqual(['a2', 'a3', 'a4']);
    await server.ack('bars', a4);
    expect(server.server.stats().unacked).toBe(3);
    await server.ack('bars', ...again);
    expect(server.server.stats()).toMatchObject({ unacked: 0, storedBytes: 0 });
  });

  it('waits as a whole while its first message backs off', async () => {
    const backoff = { enableMessageOrdering: true, retryPolicy: { minimumBackoff: { seconds: 10 } } };
    await server.createPair('slow', backoff);
    await server.publishOrdered('slow', 'A', 'a1', 'a2');
    const [a1] = await server.pull('slow');
    if (!a1) throw new Error('published');
    await server.modify('slow', 0, a1);
    expect(await server.pull('slow')).toEqual([]);
    clock.advance(10.1 * SECOND);
    expect(texts(await server.pull('slow'))).toEqual(['a1', 'a2']);
  });

  it('goes on behind a message that went to the dead letters', async () => {
    await server.createPair('dead');
    const deadLetterPolicy = { deadLetterTopic: 'projects/test-project/topics/dead' };
    await server.createPair('strict', { enableMessageOrdering: true, deadLetterPolicy });
    await server.publishOrdered('strict', 'A', 'poison', 'good');
    for (let attempt = 0; attempt < 5; attempt++) {
      const [poison] = await server.pull('strict', 1);
      expect(poison?.text).toBe('poison');
      if (poison) await server.modify('strict', 0, poison);
    }
    let good: Pulled[] = [];
    await waitUntil('the next message', async () => (good = await server.pull('strict')).length > 0);
    expect(texts(good)).toEqual(['good']);
    expect(good[0]?.attempt).toBe(1);
    expect(texts(await server.pull('dead'))).toEqual(['poison']);
  });

  it('keeps its order and loses nothing under any sequence of acks, nacks, missed deadlines and pulls', async () => {
    const step = fc.record({
      act: fc.constantFrom('ack', 'nack', 'expire', 'pull'),
      index: fc.nat(20),
      size: fc.integer({ min: 1, max: 5 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const id = `model-${run++}`;
        await server.createPair(id, { enableMessageOrdering: true });
        const keys = ['A', 'B', 'C'];
        for (let number = 0; number < 6; number++) {
          for (const key of keys) await server.publishOrdered(id, key, String(number));
        }
        const seen = new Map(keys.map((key) => [key, [] as number[]]));
        let held: Pulled[] = [];
        const pull = async (size: number): Promise<void> => {
          const pulled = await server.pull(id, size);
          held.push(...pulled);
          for (const { orderingKey, text } of pulled) {
            const before = seen.get(orderingKey) ?? [];
            // The next one, or a step back to one seen before.
            expect(Number(text)).toBeLessThanOrEqual((before.at(-1) ?? -1) + 1);
            before.push(Number(text));
          }
        };
        for (const { act, index, size } of steps) {
          const chosen = held[index % Math.max(held.length, 1)];
          if (act === 'pull') await pull(size);
          else if (act === 'expire') clock.advance(11 * SECOND);
          else if (chosen) {
            if (act === 'ack') await server.ack(id, chosen);
            else await server.modify(id, 0, chosen);
            held = held.filter((pulled) => pulled !== chosen);
          }
        }
        clock.advance(11 * SECOND);
        for (let round = 0; round < 30 && server.server.stats().unacked > 0; round++) {
          held = [];
          await pull(20);
          await server.ack(id, ...held);
        }
        for (const numbers of seen.values()) expect([...new Set(numbers)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
        expect(server.server.stats()).toMatchObject({ unacked: 0, outstanding: 0, storedBytes: 0 });
        await server.subscriber.deleteSubscription({ subscription: `projects/test-project/subscriptions/${id}` });
      }),
      { numRuns: 25 },
    );
  });
});
