import { evaluate } from '../../src/evaluation/evaluate';
import { clusteredDifferentials, meanOfColumns, selectRows, sessionMeans } from '../../src/evaluation/session-losses';
import { noiseHistory, session } from '../fixtures/histories';

describe('losses by session', () => {
  it('averages the symbols of each session, in order of session', async () => {
    const scored = await evaluate(
      [],
      [
        { symbol: 'A', history: noiseHistory(320, 1), origins: [301, 302] },
        { symbol: 'B', history: noiseHistory(320, 2), origins: [300, 301] },
      ],
    );
    const all = selectRows(scored);
    expect([...all.sessions].map((index) => scored.sessions[index])).toEqual([300, 301, 302].map(session));
    expect([...all.counts]).toEqual([1, 2, 1]);
    // Rows are 301 and 302 of A, then 300 and 301 of B; a cell of horizon 3 is row × 10 + 2.
    expect([...sessionMeans(all, 3, (cell) => cell)]).toEqual([22, 17, 12]);
    const onlyB = selectRows(scored, (_, symbol) => symbol === 1);
    expect([...onlyB.rows]).toEqual([2, 3]);
    expect([...onlyB.sessions]).toEqual([0, 1]);
    expect([...sessionMeans(onlyB, 1, (cell) => cell)]).toEqual([20, 30]);
  });

  it('weighs sessions by their symbols: the mean differential is that over all rows', () => {
    const own = Float64Array.of(1, 4, 2);
    const other = Float64Array.of(0, 1, 4);
    expect([...clusteredDifferentials(own, other, [5, 5, 5])].map((value) => value.toFixed(9))).toEqual([
      '1.000000000',
      '3.000000000',
      '-2.000000000',
    ]);
    const weighed = clusteredDifferentials(own, other, [1, 10, 1]);
    const mean = (1 * 1 + 10 * 3 - 1 * 2) / 12;
    expect(weighed.reduce((sum, value) => sum + value, 0) / 3).toBeCloseTo(mean, 12);
    // One symbol of twelve moves its session's differential a quarter as far from the mean as it lies itself.
    expect((weighed[0] ?? NaN) - mean).toBeCloseTo((1 - mean) / 4, 12);
  });

  it('means columns element by element', () => {
    expect([...meanOfColumns([Float64Array.of(1, 2), Float64Array.of(3, 6)])]).toEqual([2, 4]);
  });
});
