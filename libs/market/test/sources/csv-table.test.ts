import fc from 'fast-check';
import { CsvSyntaxError, parseCsvTable } from '../../src/sources/csv-table';

const cellsOf = (text: string): (readonly string[])[] => parseCsvTable(text).map(({ cells }) => cells);

describe('a CSV table', () => {
  it('is read with LF or CRLF, a byte order mark, quotes, empty lines and no last line end', () => {
    expect(cellsOf('a,b\n1,2\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(cellsOf('\uFEFFa,b\r\n\r\n"4,787,699"," x ""y"""\r\n1,')).toEqual([
      ['a', 'b'],
      ['4,787,699', 'x "y"'],
      ['1', ''],
    ]);
    expect(cellsOf('')).toEqual([]);
  });

  it('tells on which line each record begins', () => {
    expect(parseCsvTable('a\n\n"b\nc"\nd').map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it.each([
    ['a,b\n"1,2\n', 2, 'a quote that is never closed'],
    ['a,b\n1"2,3', 2, 'a quote in the middle of a cell'],
    ['a,b\n"1"2,3', 2, 'text after a closing quote'],
    ['a,b\r1,2', 1, 'a carriage return without a line feed'],
  ])('%j is refused at line %d', (text, line, fault) => {
    let thrown: unknown;
    try {
      parseCsvTable(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CsvSyntaxError);
    expect(thrown).toMatchObject({ line, message: `line ${line}: ${fault}` });
  });

  it('gives back whatever was written with quotes', () => {
    const cell = fc
      .string({ unit: fc.constantFrom('a', '1', '"', ',', '\n', '\r\n', ' b') })
      .map((text) => text.trim());
    const record = fc.array(cell, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(record), fc.constantFrom('\n', '\r\n'), (records, lineEnd) => {
        const text = records
          .map((cells) => cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
          .join(lineEnd);
        expect(cellsOf(text)).toEqual(records);
      }),
    );
  });
});
