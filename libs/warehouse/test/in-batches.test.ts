import { InBatches } from '../src';

describe('work in batches', () => {
  it('takes what comes in one turn together, and what comes while a batch runs into the next', async () => {
    const batches: number[][] = [];
    let finish: () => void = () => undefined;
    const work = new InBatches<number>(async (batch) => {
      batches.push([...batch]);
      if (batches.length === 1) await new Promise<void>((resolve) => (finish = resolve));
    });
    const first = [work.add(1), work.add(2)];
    await Promise.resolve();
    await Promise.resolve();
    const later = [work.add(3), work.add(4)];
    expect(batches).toEqual([[1, 2]]);
    finish();
    await Promise.all([...first, ...later]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('tries each item by itself when a batch fails, so that only what is at fault fails', async () => {
    const done: number[] = [];
    const work = new InBatches<number>(async (batch) => {
      if (batch.includes(2)) throw new Error('two');
      done.push(...batch);
    });
    const results = await Promise.allSettled([1, 2, 3].map((item) => work.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(done).toEqual([1, 3]);
  });

  it('fails all of a batch at once where the error concerns all', async () => {
    let runs = 0;
    const work = new InBatches<number>(
      async () => {
        runs++;
        throw new Error('down');
      },
      () => true,
    );
    const results = await Promise.allSettled([1, 2, 3].map((item) => work.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(runs).toBe(1);
  });

  it('is idle only when nothing waits any more', async () => {
    const done: number[] = [];
    const work: InBatches<number> = new InBatches<number>(async (batch) => {
      await Promise.resolve();
      done.push(...batch);
    });
    void work.add(1);
    await Promise.resolve();
    await Promise.resolve();
    void work.add(2);
    await work.idle();
    expect(done).toEqual([1, 2]);
  });
});
