import { PermanentError } from '@closing-bell/contracts';
import { BackgroundDelivery, type DeliveryFailure } from '../src/background-delivery';

const done = { told: 1, all: 1 };

/** A delivery whose pauses take no time and are written down. */
function background(deliver: (model: string) => Promise<typeof done>) {
  const pauses: number[] = [];
  const delivered: string[] = [];
  const failures: DeliveryFailure[] = [];
  const listingFailures: unknown[] = [];
  const delivery = new BackgroundDelivery({
    deliver,
    sleep: (milliseconds, signal) => {
      pauses.push(milliseconds);
      return signal.aborted ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
    onDelivered: (model) => delivered.push(model),
    onFailure: (failure) => failures.push(failure),
    onListingFailure: (error) => listingFailures.push(error),
  });
  return { delivery, pauses, delivered, failures, listingFailures };
}

describe('the delivery in the background', () => {
  it('delivers models one after another', async () => {
    let under = 0;
    const { delivery, delivered } = background(async () => {
      expect(++under).toBe(1);
      await new Promise(setImmediate);
      under--;
      return done;
    });
    for (const model of ['A', 'B', 'C']) delivery.wake(model);
    await delivery.settled();
    expect(delivered).toEqual(['A', 'B', 'C']);
  });

  it('delivers once for any number of wakes before it begins, and again for one that comes while it does', async () => {
    const begun: string[] = [];
    const { delivery } = background(async (model) => {
      begun.push(model);
      if (begun.length === 1) delivery.wake('A');
      return Promise.resolve(done);
    });
    delivery.wake('A');
    delivery.wake('B');
    delivery.wake('B');
    await delivery.settled();
    expect(begun).toEqual(['A', 'B', 'A']);
  });

  it('wakes all models once they can be listed, and keeps nobody waiting until then', async () => {
    let left = 3;
    const { delivery, pauses, delivered, listingFailures } = background(() => Promise.resolve(done));
    const listed = new Promise<void>((resolve) => {
      delivery.wakeAll(() => {
        if (left-- > 0) return Promise.reject(new Error('away'));
        // After the names have been woken.
        setImmediate(resolve);
        return Promise.resolve(['A', 'B']);
      });
    });
    expect(delivered).toEqual([]);
    await listed;
    await delivery.settled();
    expect(delivered).toEqual(['A', 'B']);
    expect(listingFailures).toHaveLength(3);
    expect(pauses).toEqual([1000, 2000, 4000]);
  });

  it('lists no longer once it is closed', async () => {
    let asked = 0;
    const { delivery, delivered } = background(() => Promise.resolve(done));
    const names = async () => {
      asked++;
      await delivery.close();
      throw new Error('away');
    };
    delivery.wakeAll(names);
    await new Promise(setImmediate);
    await delivery.settled();
    expect([asked, delivered]).toEqual([1, []]);
  });

  it('tries again with growing pauses until it comes through', async () => {
    let left = 12;
    const { delivery, pauses, delivered, failures } = background(() =>
      left-- > 0 ? Promise.reject(new Error('down')) : Promise.resolve(done),
    );
    delivery.wake('A');
    await delivery.settled();
    expect(delivered).toEqual(['A']);
    expect(pauses.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(Math.max(...pauses)).toBe(300_000);
    expect(failures).toHaveLength(12);
    expect(failures[0]).toMatchObject({ model: 'A', permanent: false, waiting: 1 });
  });

  it('keeps nobody waiting for what can never succeed', async () => {
    const { delivery, pauses, delivered, failures } = background((model) =>
      model === 'A' ? Promise.reject(new PermanentError('refused', { reason: 'x' })) : Promise.resolve(done),
    );
    delivery.wake('A');
    delivery.wake('B');
    await delivery.settled();
    expect([delivered, pauses]).toEqual([['B'], []]);
    expect(failures).toMatchObject([{ model: 'A', permanent: true }]);
  });

  it('ends when it is closed, in a pause too, and begins nothing after', async () => {
    let calls = 0;
    let asleep: () => void = () => undefined;
    const sleeping = new Promise<void>((resolve) => (asleep = resolve));
    const delivery = new BackgroundDelivery({
      deliver: () => {
        calls++;
        return Promise.reject(new Error('down'));
      },
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          asleep();
        }),
    });
    delivery.wake('A');
    await sleeping;
    await delivery.close();
    delivery.wake('B');
    await delivery.settled();
    expect(calls).toBe(1);
  });
});
