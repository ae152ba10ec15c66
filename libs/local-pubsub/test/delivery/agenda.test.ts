import fc from 'fast-check';
import { Agenda } from '../../src/delivery/agenda';
import { ManualClock } from '../fixtures/manual-clock';

describe('an agenda', () => {
  it('tells of every item once, never early and at most a tick late, in whatever order they were added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), (delays) => {
        const clock = new ManualClock();
        const start = clock.now();
        const told: { item: number; at: number }[] = [];
        const agenda = new Agenda<number>(clock, (item) => told.push({ item, at: clock.now() - start }));
        for (const [item, delay] of delays.entries()) agenda.add(start + delay, item);
        clock.advance(4000);
        expect(told.map(({ item }) => item).sort((a, b) => a - b)).toEqual(delays.map((_, item) => item));
        for (const { item, at } of told) {
          expect(at).toBeGreaterThanOrEqual(delays[item] ?? NaN);
          expect(at).toBeLessThanOrEqual((delays[item] ?? NaN) + 10);
        }
      }),
    );
  });

  it('takes items that are added while it tells of others', () => {
    const clock = new ManualClock();
    const told: string[] = [];
    const agenda = new Agenda<string>(clock, (item) => {
      told.push(item);
      if (item === 'first') agenda.add(clock.now() + 50, 'second');
    });
    agenda.add(clock.now() + 100, 'first');
    clock.advance(1000);
    expect(told).toEqual(['first', 'second']);
  });

  it('tells of nothing once it was cleared', () => {
    const clock = new ManualClock();
    const told: number[] = [];
    const agenda = new Agenda<number>(clock, (item) => told.push(item));
    agenda.add(clock.now() + 100, 1);
    agenda.clear();
    clock.advance(1000);
    expect(told).toEqual([]);
  });
});
