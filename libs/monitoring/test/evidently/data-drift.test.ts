import { dataDrift } from '../../src';

const column = (shift: number, rows = 200) =>
  Float64Array.from({ length: rows }, (_, row) => ((row * 37) % 101) + shift);

describe('dataDrift', () => {
  const reference = { still: column(0), moved: column(0) };
  const current = { still: column(0, 101), moved: column(50, 101) };

  it('measures each column by Evidently’s own choice and counts half the columns as drift of the whole', () => {
    const drift = dataDrift(reference, current);
    expect(drift.columns).toMatchObject([
      { column: 'still', type: 'num', test: 'ks', threshold: 0.05, drifted: false },
      { column: 'moved', type: 'num', test: 'ks', threshold: 0.05, drifted: true },
    ]);
    expect(drift).toMatchObject({ driftedColumns: 1, driftedShare: 0.5, driftShare: 0.5, drifted: true });
    expect(dataDrift(reference, current, { driftShare: 0.51 }).drifted).toBe(false);
  });

  it('takes the most particular of the tests and thresholds that are named', () => {
    const drift = dataDrift(reference, current, {
      tests: { byColumn: { still: 'psi' }, byType: { num: 'wasserstein' }, all: 'hellinger' },
      thresholds: { byColumn: { moved: 9 }, all: 0.3 },
    });
    expect(drift.columns).toMatchObject([
      { column: 'still', test: 'psi', threshold: 0.3 },
      { column: 'moved', test: 'wasserstein', threshold: 9, drifted: false },
    ]);
  });

  it('takes a column of few integers for categories unless it is told otherwise', () => {
    const integers = { grade: [1, 2, 3, 1, 2, 3] };
    expect(dataDrift(integers, integers).columns).toMatchObject([{ type: 'cat', test: 'chisquare', score: 1 }]);
    const told = dataDrift(integers, integers, { types: { grade: 'num' }, tests: { all: 'ks' } });
    expect(told.columns).toMatchObject([{ type: 'num', test: 'ks', score: 1 }]);
  });

  it('says which column is missing, empty or of a type that is not measured', () => {
    expect(() => dataDrift({ a: [1.5] }, {})).toThrow('no column "a"');
    expect(() => dataDrift({ a: [1.5] }, { a: [NaN] })).toThrow('"a" of the current data has no value');
    expect(() => dataDrift({ a: ['x', 'y'] }, { a: ['x'] })).toThrow('holds text');
  });
});
