import { closeCost } from '../../src';

const TYPICAL = { symbols: 500, years: 5, closeMinutes: 5 };

describe('the cost of a close', () => {
  it('of 500 symbols stays inside the free tier of a month, but for less than a cent for what five years store', () => {
    const { dollars, scoring } = closeCost(TYPICAL);
    expect(dollars.monthWithFreeTier).toBeLessThan(0.01);
    expect(21 * scoring.bytes).toBeLessThan(2 ** 40);
  });

  it('counts a query for each bar and two for each forecast, and no more than there is time for', () => {
    expect(closeCost({ ...TYPICAL, symbols: 3 }).scoring.queries).toBe(9);
    expect(closeCost(TYPICAL).scoring.queries).toBe(300);
    expect(closeCost({ ...TYPICAL, closeMinutes: 10 }).scoring.queries).toBe(600);
  });

  it('charges a query of few rows for the least that BigQuery charges, 10 MB a table', () => {
    expect(closeCost({ symbols: 1, years: 1, closeMinutes: 5 }).scoring.bytes).toBe((2 * 3 + 1) * 10 * 2 ** 20);
  });

  it('rises with symbols and with what is kept', () => {
    const month = (question: Partial<typeof TYPICAL>) => closeCost({ ...TYPICAL, ...question }).dollars.month;
    expect(month({ symbols: 1000 })).toBeGreaterThan(month({}));
    expect(month({ years: 10 })).toBeGreaterThan(month({}));
    expect(closeCost({ ...TYPICAL, years: 10 }).dollars.close).toBe(closeCost(TYPICAL).dollars.close);
  });
});
