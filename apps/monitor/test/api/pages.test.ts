import { cutToSessions, lastOf } from '../../src/api/pages';

describe('pages', () => {
  const rows = ['2020-03-18', '2020-03-17', '2020-03-17', '2020-03-16'];
  const self = (row: string): string => row;

  it('end between sessions, never within one', () => {
    expect(cutToSessions(rows, 2, self)).toEqual({ rows: ['2020-03-18'], next: '2020-03-18' });
    expect(cutToSessions(rows, 3, self)).toEqual({ rows: rows.slice(0, 3), next: '2020-03-17' });
    expect(cutToSessions(rows, 4, self)).toEqual({ rows, next: null });
  });

  it('hold a whole session even where that is more than was asked for', () => {
    expect(cutToSessions(rows.slice(1), 1, self)).toEqual({ rows: ['2020-03-17', '2020-03-17'], next: '2020-03-17' });
  });

  it('read a span of sessions where that holds enough, and all before where it does not', async () => {
    const from: string[] = [];
    const ask = (found: number) => (day: string) => {
      from.push(day);
      return Promise.resolve(Array.from({ length: found }, () => day));
    };
    await lastOf({ to: '2020-03-18', limit: 10 }, ask(10));
    await lastOf({ to: '2020-03-18', limit: 10 }, ask(9));
    expect(from).toEqual(['2020-02-11', '2020-02-11', '1900-01-01']);
  });
});
