import fc from 'fast-check';
import { Fifo } from '../../src/delivery/fifo';

describe('a FIFO queue', () => {
  it('gives back what was put in, in order, however puts and takes alternate', () => {
    const runs = fc.array(fc.record({ put: fc.nat(9000), take: fc.nat(9000) }), { maxLength: 8 });
    fc.assert(
      fc.property(runs, (steps) => {
        const fifo = new Fifo<number>();
        let put = 0;
        let taken = 0;
        for (const step of steps) {
          for (let count = 0; count < step.put; count++) fifo.push(put++);
          for (let count = 0; count < step.take; count++) {
            const expected = taken < put ? taken++ : undefined;
            if (fifo.shift() !== expected) throw new Error(`expected ${expected}`);
          }
          expect(fifo.length).toBe(put - taken);
        }
      }),
      { numRuns: 30 },
    );
  });
});
