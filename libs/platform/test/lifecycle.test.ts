import { Lifecycle } from '../src/lifecycle';

describe('Lifecycle', () => {
  it('goes from STARTING through RUNNING and DRAINING to STOPPED', () => {
    const lifecycle = new Lifecycle();
    const states = [lifecycle.state];
    for (const next of ['RUNNING', 'DRAINING', 'STOPPED'] as const) {
      lifecycle.advance(next);
      states.push(lifecycle.state);
    }
    expect(states).toEqual(['STARTING', 'RUNNING', 'DRAINING', 'STOPPED']);
  });

  it('refuses to run again once it drains', () => {
    const lifecycle = new Lifecycle();
    lifecycle.advance('RUNNING');
    lifecycle.advance('DRAINING');
    expect(() => lifecycle.advance('RUNNING')).toThrow('a service cannot go from DRAINING to RUNNING');
  });
});
