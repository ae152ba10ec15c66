import { Events } from '../events';

describe('Events', () => {
  it('lets things happen in order of time, and those of one moment in the order in which they were said', () => {
    const events = new Events(-1);
    const happened: string[] = [];
    const note = (what: string) => () => happened.push(`${what} at ${events.now}`);
    for (const [seconds, what] of [
      [3, 'd'],
      [1, 'a'],
      [2, 'b'],
      [2, 'c'],
    ] as const)
      events.after(seconds, note(what));
    events.runUntil(() => false, 10);
    expect(happened).toEqual(['a at 0', 'b at 1', 'c at 1', 'd at 2']);
  });

  it('refuses to go on beyond the limit', () => {
    const events = new Events(0);
    events.every(10, () => undefined);
    expect(() => events.runUntil(() => false, 60)).toThrow('has not ended after 60 s');
  });
});
