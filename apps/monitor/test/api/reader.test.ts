import { Reader } from '../../src/api/reader';

describe('the reader', () => {
  let asked: string[];
  let answer: () => Promise<object[]>;
  let now: number;
  let reader: Reader;
  beforeEach(() => {
    asked = [];
    now = 0;
    answer = () => Promise.resolve([{ n: asked.length }]);
    const query = (sql: string) => {
      asked.push(sql);
      return answer() as Promise<never[]>;
    };
    reader = new Reader({ query }, () => now);
  });

  it('asks once for many who ask the same, and apart for other parameters', async () => {
    const rows = await Promise.all([1, 2, 3].map(() => reader.query('SELECT 1', { a: 'x' })));
    expect([rows, asked.length]).toEqual([[[{ n: 1 }], [{ n: 1 }], [{ n: 1 }]], 1]);
    await reader.query('SELECT 1', { a: 'y' });
    expect(asked).toHaveLength(2);
  });

  it('asks anew after something was recorded, also for what is on its way', async () => {
    const first = reader.query('SELECT 1');
    reader.forget();
    expect(await reader.query('SELECT 1')).toEqual([{ n: 2 }]);
    await first;
    expect(await reader.query('SELECT 1')).toEqual([{ n: 2 }]);
  });

  it('keeps no answer for longer than ten seconds: other instances record, too', async () => {
    await reader.query('SELECT 1');
    now = 9_999;
    await reader.query('SELECT 1');
    expect(asked).toHaveLength(1);
    now = 10_000;
    await reader.query('SELECT 1');
    expect(asked).toHaveLength(2);
  });

  it('keeps no failure', async () => {
    answer = () => Promise.reject(new Error('away'));
    await expect(reader.query('SELECT 1')).rejects.toThrow('away');
    answer = () => Promise.resolve([]);
    expect(await reader.query('SELECT 1')).toEqual([]);
  });

  it('keeps some hundred answers at most', async () => {
    for (let n = 0; n <= 500; n += 1) await reader.query(`SELECT ${n}`);
    await reader.query('SELECT 500');
    expect(asked).toHaveLength(501);
    await reader.query('SELECT 0');
    expect(asked).toHaveLength(502);
  });
});
