import { Events } from '../events';
import { Processor } from '../processor';

describe('Processor', () => {
  it('divides its share evenly between what runs', () => {
    const events = new Events(0);
    const processor = new Processor(events, 0.5);
    const ended: [string, number][] = [];
    processor.run(1, () => ended.push(['long', events.now]));
    processor.run(0.5, () => ended.push(['short', events.now]));
    events.runUntil(() => false, 100);
    // A quarter of a core each: the short one ends after 2 s, the other's half second then takes 1 s more.
    expect(ended).toEqual([
      ['short', 2],
      ['long', 3],
    ]);
  });

  it('gives what is left to the others when work is cancelled', () => {
    const events = new Events(10);
    const processor = new Processor(events, 1);
    const ended: number[] = [];
    processor.run(2, () => ended.push(events.now));
    const cancelled = processor.run(2, () => ended.push(NaN));
    events.after(1, () => processor.cancel(cancelled));
    events.runUntil(() => false, 100);
    expect(ended).toEqual([12.5]);
    expect(cancelled.remaining).toBe(1.5);
  });
});
