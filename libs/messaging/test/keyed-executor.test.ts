import fc from 'fast-check';
import { KeyedExecutor } from '../src/keyed-executor';

/** A promise and its two ends. */
function deferred() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { promise, resolve, reject };
}

const unexpected = () => {
  throw new Error('unexpectedly abandoned');
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('KeyedExecutor', () => {
  it('runs tasks of one key one after another and of different keys side by side', async () => {
    const executor = new KeyedExecutor(10);
    const first = deferred();
    const log: string[] = [];
    executor.submit('a', async () => { log.push('a1'); await first.promise; }, unexpected); // prettier-ignore
    executor.submit('a', async () => void log.push('a2'), unexpected);
    executor.submit('b', async () => void log.push('b1'), unexpected);
    await settle();
    expect(log).toEqual(['a1', 'b1']);
    first.resolve();
    await settle();
    expect(log).toEqual(['a1', 'b1', 'a2']);
  });

  it('never runs more at once than its concurrency, and runs all, in order per key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('', 'a', 'b', 'c'), { maxLength: 40 }),
        async (limit, keys) => {
          const executor = new KeyedExecutor(limit);
          const order = new Map<string, number[]>();
          let running = 0;
          let most = 0;
          await Promise.all(
            keys.map(
              (key, index) =>
                new Promise<void>((done) => {
                  const run = async () => {
                    running += 1;
                    most = Math.max(most, running);
                    order.set(key, [...(order.get(key) ?? []), index]);
                    await settle();
                    running -= 1;
                    done();
                  };
                  executor.submit(key, run, unexpected);
                }),
            ),
          );
          expect(most).toBeLessThanOrEqual(limit);
          for (const [key, indexes] of order)
            if (key !== '') expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
          expect([...order.values()].flat()).toHaveLength(keys.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('abandons what waits behind a failed task of the key, and leaves other keys alone', async () => {
    const executor = new KeyedExecutor(10);
    const failing = deferred();
    const abandoned: number[] = [];
    const log: string[] = [];
    executor.submit('a', () => failing.promise, unexpected);
    executor.submit(
      'a',
      async () => void log.push('a2'),
      () => abandoned.push(2),
    );
    executor.submit(
      'a',
      async () => void log.push('a3'),
      () => abandoned.push(3),
    );
    executor.submit('b', async () => void log.push('b1'), unexpected);
    failing.reject(new Error('boom'));
    await settle();
    expect(abandoned).toEqual([2, 3]);
    expect(log).toEqual(['b1']);
    executor.submit('a', async () => void log.push('a2 again'), unexpected);
    await settle();
    expect(log).toEqual(['b1', 'a2 again']);
  });

  it('on drain abandons what has not started and waits for what runs', async () => {
    const executor = new KeyedExecutor(1);
    const running = deferred();
    const abandoned: string[] = [];
    executor.submit('a', () => running.promise, unexpected);
    executor.submit('a', unexpected, () => abandoned.push('a2'));
    executor.submit('b', unexpected, () => abandoned.push('b1'));
    executor.submit('', unexpected, () => abandoned.push('unkeyed'));
    let drained = false;
    const drain = executor.drain().then(() => (drained = true));
    await settle();
    expect(abandoned.sort()).toEqual(['a2', 'b1', 'unkeyed']);
    expect(drained).toBe(false);
    running.resolve();
    await drain;
    expect(drained).toBe(true);
  });
});
