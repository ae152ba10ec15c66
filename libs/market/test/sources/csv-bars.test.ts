import { PermanentError } from '@closing-bell/contracts';
import { parseCsvBars } from '../../src/sources/csv-bars';
import { thrownBy, xnys } from '../fixtures/bars';

const read = (text: string, session = '2020-03-18', symbol = 'TEST') =>
  parseCsvBars(text, 'TEST.csv', { symbol, session, calendar: xnys });

const BAR = { open: 10, high: 12, low: 9, close: 11, volume: 1000, adjustedClose: NaN };

describe('headings', () => {
  it.each([
    'Date,Open,High,Low,Close,Volume\n2020-03-16,10,12,9,11,1000',
    'DATE,OPEN,HIGH,LOW,CLOSE,VOLUME\r\n2020-03-16,10,12,9,11,1000\r\n',
    '\uFEFFdate,close,volume,open,high,low\n2020-03-16,11,1000,10,12,9',
    ',Open,High,Low,Close,Volume\n2020-03-16,10,12,9,11,1000',
    'Date,Close/Last,Volume,Open,High,Low\n03/16/2020,$11,1000,$10.00,$12,$9',
    ',Date,Open,High,Low,Close,Vol.\n0,2020-03-16,10,12,9,11,1000',
    'Symbol,Date,Prev Close,Open,High,Low,Last,Close,VWAP,Volume\nX,2020-03-16,8,10,12,9,8,11,8,1000',
    'Price,Close,High,Low,Open,Volume\nTicker,TEST,TEST,TEST,TEST,TEST\nDate,,,,,\n2020-03-16,11,12,9,10,1000',
  ])('are understood in %j', (text) => {
    expect(read(text).rows).toEqual([{ session: '2020-03-16', ...BAR }]);
  });

  it.each(['Adj Close', 'adj_close', 'Adj. Close*', 'adjclose', 'Adjusted Close'])(
    'call the adjusted close %s',
    (heading) => {
      const { rows } = read(`Date,Open,High,Low,Close,${heading}\n2020-03-16,10,12,9,11,5.5`);
      expect(rows).toEqual([{ session: '2020-03-16', ...BAR, volume: NaN, adjustedClose: 5.5 }]);
    },
  );
});

describe('dates', () => {
  it.each([
    ['2020-03-16', '2020-03-16'],
    ['2020/03/16', '2020-03-16'],
    ['20200316', '2020-03-16'],
    ['03/16/2020', '2020-03-16'],
    ['3/16/2020', '2020-03-16'],
    ['16-Mar-20', '2020-03-16'],
    ['9-JAN-2019', '2019-01-09'],
    ['19-Sep-99', '1999-09-19'],
    ['2020-03-16 16:00:00', '2020-03-16'],
    ['2020-03-16 16:00:00-04:00', '2020-03-16'],
    ['2020-03-16T20:00:00.000Z', '2020-03-16'],
    ['2020-03-17 01:00:00+0100', '2020-03-16'],
    ['2020-03-17 05:00:00+09:00', '2020-03-16'],
    ['2020-03-16 00:00:00+00:00', '2020-03-16'],
    ['2020-03-16T00:00:00Z', '2020-03-16'],
  ])('%s is %s', (written, session) => {
    expect(read(`Date,Open,High,Low,Close\n${written},10,12,9,11`).rows[0]?.session).toBe(session);
  });

  it.each(['16/03/2020', '2020-02-30', '2020-3-16', '16-Mär-20', 'yesterday', '', '43906', '2020-03-16 16:00 EST'])(
    '%j is refused, with its line',
    (written) => {
      const error = thrownBy(() => read(`Date,Open,High,Low,Close\n2020-03-13,10,12,9,11\n${written},10,12,9,11`));
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({ reason: 'unreadable-bars', details: { line: 3, symbol: 'TEST' } });
      expect(error.message).toContain(`"${written}" is not a date`);
    },
  );

  it('that are a time of day belong to a running quote, which is dropped with a note', () => {
    const { rows, repairs } = read('Date,Open,High,Low,Close\n"11:34",1,1,1,1\n2020-03-16,10,12,9,11');
    expect(rows).toHaveLength(1);
    expect(repairs).toMatchObject([{ rule: 'running-quote', before: 'line 2 has the time 11:34 for its date' }]);
  });
});

describe('numbers', () => {
  it.each([
    ['$1,234.50', 1234.5],
    ['"4,787,699"', 4787699],
    ['2.5e3', 2500],
    ['6189026.0000', 6189026],
    ['-3', -3],
    ['.5', 0.5],
    ['null', NaN],
    ['NaN', NaN],
    ['N/A', NaN],
    ['-', NaN],
    ['', NaN],
  ])('%s is %d', (written, value) => {
    const quoted = written.includes(',') && !written.startsWith('"') ? `"${written}"` : written;
    expect(read(`Date,Open,High,Low,Close,Volume\n2020-03-16,10,12,9,11,${quoted}`).rows[0]?.volume).toBe(value);
  });

  it.each(['4.78M', '1 234', '"12,34"', '1.2.3', '0x10', '12%', 'Infinity', '1e999'])(
    '%s is refused, with its line and column',
    (written) => {
      const error = thrownBy(() => read(`Date,Open,High,Low,Close,Volume\n2020-03-16,10,12,9,11,${written}`));
      expect(error).toMatchObject({ reason: 'unreadable-bars', details: { line: 2 } });
      expect(error.message).toMatch(/is not a number \(volume\)/);
    },
  );
});

describe('a file that is no table of bars is refused for', () => {
  it.each([
    ['being empty', '', 'the file is empty'],
    ['being empty but for line ends', '\n\n', 'the file is empty'],
    ['being a web page', '<!DOCTYPE html>\n<html><body>Please wait</body></html>', 'a web page and not CSV'],
    ['having no prices', 'Date,Value\n2020-03-16,1', 'no column for open, high, low, close'],
    ['having no date', 'Open,High,Low,Close\n1,1,1,1', 'no column for date'],
    ['naming a column twice', 'Date,Open,High,Low,Close,Close\n2020-03-16,1,1,1,1,1', 'two columns are called "Close"'],
    ['a broken row', 'Date,Open,High,Low,Close\n2020-03-16,1,1', '3 cells under a header of 5'],
    ['a broken quote', 'Date,Open,High,Low,Close\n"2020-03-16,1,1,1,1', 'a quote that is never closed'],
    [
      'being about another symbol',
      'Price,Close,High,Low,Open\nTicker,GEV,GEV,GEV,GEV\nDate,,,,\n2020-03-16,1,1,1,1',
      'the columns are of "GEV"',
    ],
  ])('%s', (_what, text, fault) => {
    const error = thrownBy(() => read(text));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ reason: 'unreadable-bars' });
    expect(error.message).toContain(fault);
    expect(error.message).toContain('TEST.csv');
  });
});

describe('later rows', () => {
  it('are not looked at, whatever they hold', () => {
    const known = 'Date,Open,High,Low,Close,Volume\n2020-03-16,10,12,9,11,1000\n';
    expect(read(`${known}2020-03-19,nonsense,0,0`)).toEqual(read(known));
  });
});
