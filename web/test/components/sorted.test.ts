import { sorted } from '../../src/components/sorted';

describe('sorted rows', () => {
  const rows = [
    { name: 'a', skill: 2 },
    { name: 'b', skill: null },
    { name: 'c', skill: -1 },
    { name: 'd', skill: 2 },
  ];
  const columns = [{ id: 'skill', sortBy: ({ skill }: { skill: number | null }) => skill }, { id: 'plot' }];
  const names = (column: string, descending: boolean): string =>
    sorted(rows, columns, { column, descending })
      .map((row) => (row as { name: string }).name)
      .join('');

  it('have what has no value last either way, and equals as they were', () => {
    expect([names('skill', false), names('skill', true)]).toEqual(['cadb', 'adcb']);
  });

  it('are as they were by a column that does not sort', () => {
    expect([names('plot', true), names('', false)]).toEqual(['abcd', 'abcd']);
  });
});
