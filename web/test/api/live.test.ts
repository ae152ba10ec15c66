import { concerns } from '../../src/api/live';

const recorded = (symbol: string | null) => ({
  topic: 'forecast-made',
  symbol,
  session: '2020-04-17',
  correlationId: 'id',
});

describe('what is asked for anew', () => {
  it('is all that may differ: of a symbol only after rows of it, or of no symbol in particular', () => {
    const of = ['symbols', 'MSFT', 'forecast', {}];
    expect(concerns(of, [recorded('AAPL')])).toBe(false);
    expect(concerns(of, [recorded('AAPL'), recorded('MSFT')])).toBe(true);
    expect(concerns(of, [recorded(null)])).toBe(true);
    expect(concerns(['universe', {}], [recorded('AAPL')])).toBe(true);
    expect(concerns(['symbols', {}], [recorded('AAPL')])).toBe(true);
    expect(concerns(['universe', {}], [])).toBe(false);
  });
});
