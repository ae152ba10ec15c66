import { calendarOf } from '@closing-bell/market';
import { type OutgoingMessage } from '@closing-bell/messaging';
import { LocalScheduler } from '../src/scheduler';

function schedulerAt(time: string) {
  let now = new Date(time);
  const published: unknown[] = [];
  let failures = 0;
  const scheduler = new LocalScheduler({
    calendar: calendarOf('XNYS'),
    clock: () => now,
    publish: async ({ data }: OutgoingMessage) => {
      if (failures-- > 0) throw new Error('unavailable');
      published.push(data);
    },
    report: () => undefined,
  });
  return {
    scheduler,
    published,
    failNext: (count: number) => (failures = count),
    at: async (next: string) => {
      now = new Date(next);
      await scheduler.look();
    },
  };
}

describe('LocalScheduler', () => {
  it('says each close once, a quarter of an hour after it, summer and winter, half days and holidays', async () => {
    const { at, published } = schedulerAt('2024-11-27T12:00:00Z');
    await at('2024-11-27T21:14:00Z');
    expect(published).toEqual([]);
    await at('2024-11-27T21:15:00Z');
    await at('2024-11-27T21:16:00Z');
    // Thanksgiving, then the half day after it, which closes at 18:00 UTC.
    await at('2024-11-28T23:00:00Z');
    await at('2024-11-29T18:14:00Z');
    await at('2024-11-29T18:15:00Z');
    expect(published).toEqual([
      { exchange: 'XNYS', session: '2024-11-27' },
      { exchange: 'XNYS', session: '2024-11-29' },
    ]);
    const summer = schedulerAt('2024-07-01T12:00:00Z');
    expect(summer.scheduler.upcoming).toEqual({ session: '2024-07-01', at: new Date('2024-07-01T20:15:00Z') });
  });

  it('does not say a close that was over before it started', () => {
    expect(schedulerAt('2024-11-27T22:00:00Z').scheduler.upcoming.session).toBe('2024-11-29');
  });

  it('tries a close again that could not be published', async () => {
    const { at, published, failNext } = schedulerAt('2024-11-27T12:00:00Z');
    failNext(1);
    await at('2024-11-27T21:15:00Z');
    expect(published).toEqual([]);
    await at('2024-11-27T21:16:00Z');
    expect(published).toHaveLength(1);
  });
});
