import { matchingSymbols } from '../../src/components/matching-symbols';

describe('symbols that match', () => {
  it('begin with what was written before they hold it, in any case and with or without the sign of an index', () => {
    const symbols = ['MSFT', 'AMS', '^MSX', 'BMS', 'AAPL'];
    expect(matchingSymbols(symbols, ' ms ')).toEqual(['^MSX', 'MSFT', 'AMS', 'BMS']);
    expect(matchingSymbols(symbols, '^ms')).toEqual(['^MSX', 'MSFT', 'AMS', 'BMS']);
  });

  it('are none where nothing was written, and at most eight', () => {
    expect(matchingSymbols(['A'], ' ')).toEqual([]);
    expect(
      matchingSymbols(
        Array.from({ length: 20 }, (_, index) => `A${index}`),
        'a',
      ),
    ).toHaveLength(8);
  });
});
