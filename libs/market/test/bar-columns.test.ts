import { barsOfColumns, columnsOfBars } from '../src';

describe('bars by column', () => {
  const bars = [
    { session: '2020-03-13', open: 1, high: 4, low: 0.5, close: 2, volume: 10 },
    { session: '2020-03-16', open: 2, high: 5, low: 1.5, close: 3, volume: NaN },
  ];

  it('give the same bars back, unknown volumes too', () => {
    expect(barsOfColumns(columnsOfBars(bars))).toEqual(bars);
  });

  it('are refused where a column is missing', () => {
    const { sessions, columns } = columnsOfBars(bars);
    const { close: _, ...rest } = columns;
    expect(() => barsOfColumns({ sessions, columns: rest })).toThrow('no column close');
  });
});
