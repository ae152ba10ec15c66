import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRows, type ExportFormat, exportFormatOf, type Relation, relationNamed, tables } from '../../src';
import { awkwardRow } from '../awkward-row';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Every type of column, and one of processing. */
const everything: Relation = {
  name: 'everything',
  description: 'Every type.',
  columns: {
    id: { type: 'text', description: 'Key.' },
    note: { type: 'text', description: 'Some text.', nullable: true },
    payload: { type: 'json', description: 'JSON.' },
    day: { type: 'date', description: 'A day.', nullable: true },
    at: { type: 'timestamp', description: 'A time.' },
    count: { type: 'integer', description: 'A number.' },
    price: { type: 'float', description: 'A price.', nullable: true },
    held: { type: 'boolean', description: 'Whether.' },
    quantiles: { type: 'floats', description: 'A list.' },
    recorded_at: { type: 'timestamp', description: 'When written.', processing: true },
  },
  key: ['id'],
};

const plain = {
  id: 'AAPL',
  note: 'some words',
  payload: '{"code":"age"}',
  day: '2020-02-29',
  at: '2020-03-16T20:00:00.123Z',
  count: 10,
  price: 0.1,
  held: true,
  quantiles: [90.5, 101],
  recorded_at: '2020-03-17T00:00:00.000Z',
};
const odd = {
  ...plain,
  id: '=1+1',
  note: 'a "quote",\r\nand a line',
  day: '1969-12-31',
  at: '2020-03-16T20:00:00.000001Z',
  count: 5_000_000_000,
  price: 5e-324,
  held: false,
  quantiles: [],
};
const sparse = { ...plain, id: 'null', note: null, day: null, price: null };
const empty = { ...plain, id: '', note: '', price: -0, quantiles: [-0] };
const ROWS: Rows = [plain, odd, sparse, empty];

async function* pieces(rows: Rows, size: number): AsyncIterable<Rows> {
  for (let start = 0; start < rows.length; start += size) yield await Promise.resolve(rows.slice(start, start + size));
}

async function encoded(
  format: ExportFormat,
  rows: Rows = ROWS,
  { size = 2, processing = false, relation = everything } = {},
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of encodeRows(relation, pieces(rows, size), { format, processing })) parts.push(part);
  return Buffer.concat(parts);
}

const readParquet = (bytes: Buffer) => {
  const file = new Uint8Array(bytes).buffer;
  return parquetReadObjects({ file, metadata: parquetMetadata(file) });
};

describe('rows as CSV', () => {
  it('have a header, LF after each line, quotes where they are needed, and tell null from empty text', async () => {
    expect((await encoded('csv')).toString()).toBe(
      [
        'id,note,payload,day,at,count,price,held,quantiles',
        'AAPL,some words,"{""code"":""age""}",2020-02-29,2020-03-16T20:00:00.123Z,10,0.1,true,"[90.5,101]"',
        '=1+1,"a ""quote"",\r\nand a line","{""code"":""age""}",1969-12-31,2020-03-16T20:00:00.000001Z,5000000000,5e-324,false,[]',
        'null,,"{""code"":""age""}",,2020-03-16T20:00:00.123Z,10,,true,"[90.5,101]"',
        '"","","{""code"":""age""}",2020-02-29,2020-03-16T20:00:00.123Z,10,0,true,[0]',
        '',
      ].join('\n'),
    );
  });

  it('are the header alone where there are none', async () => {
    expect((await encoded('csv', [])).toString()).toBe('id,note,payload,day,at,count,price,held,quantiles\n');
  });
});

describe('rows as JSON lines', () => {
  it('are an object a line, with every column in its order', async () => {
    expect((await encoded('json')).toString().split('\n')).toEqual([
      '{"id":"AAPL","note":"some words","payload":"{\\"code\\":\\"age\\"}","day":"2020-02-29","at":"2020-03-16T20:00:00.123Z","count":10,"price":0.1,"held":true,"quantiles":[90.5,101]}',
      '{"id":"=1+1","note":"a \\"quote\\",\\r\\nand a line","payload":"{\\"code\\":\\"age\\"}","day":"1969-12-31","at":"2020-03-16T20:00:00.000001Z","count":5000000000,"price":5e-324,"held":false,"quantiles":[]}',
      '{"id":"null","note":null,"payload":"{\\"code\\":\\"age\\"}","day":null,"at":"2020-03-16T20:00:00.123Z","count":10,"price":null,"held":true,"quantiles":[90.5,101]}',
      '{"id":"","note":"","payload":"{\\"code\\":\\"age\\"}","day":"2020-02-29","at":"2020-03-16T20:00:00.123Z","count":10,"price":0,"held":true,"quantiles":[0]}',
      '',
    ]);
  });

  it('are nothing where there are none', async () => {
    expect(await encoded('json', [])).toHaveLength(0);
  });
});

describe('rows as Parquet', () => {
  it('are read back by hyparquet', async () => {
    const instant = (text: string) => new Date(text);
    expect(await readParquet(await encoded('parquet'))).toEqual(
      [plain, odd, sparse, empty].map(({ recorded_at: _, ...row }) => ({
        ...row,
        day: row.day === null ? null : instant(row.day),
        // Dates of JavaScript are of milliseconds.
        at: instant(row.at),
        count: BigInt(row.count),
        price: row.price === null ? null : row.price + 0,
        quantiles: row.quantiles.map((value) => value + 0),
      })),
    );
  });

  it('say what they are, and nothing of when and where they were made', async () => {
    const metadata = parquetMetadata(new Uint8Array(await encoded('parquet')).buffer);
    expect(metadata.created_by).toBe('closing-bell');
    expect(metadata.num_rows).toBe(4n);
    const [description, columns] = metadata.key_value_metadata ?? [];
    expect(description).toEqual({ key: 'description', value: 'Every type.' });
    expect(JSON.parse(columns?.value ?? '')).toMatchObject({ id: 'Key.', quantiles: 'A list.' });
    expect(metadata.key_value_metadata).toHaveLength(2);
  });

  describe('in DuckDB', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'closing-bell-export-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** What DuckDB finds in a file. */
    async function duckDb(bytes: Buffer, sql: string): Promise<unknown[]> {
      const file = join(folder, 'export.parquet');
      writeFileSync(file, bytes);
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      try {
        const result = await connection.runAndReadAll(sql.replace('FILE', `read_parquet('${file}')`));
        return result.getRowObjectsJson();
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    }

    it('have their types', async () => {
      const found = await duckDb(await encoded('parquet'), 'DESCRIBE SELECT * FROM FILE');
      expect(found.map((column) => Object.values(column as object).slice(0, 2) as unknown)).toEqual([
        ['id', 'VARCHAR'],
        ['note', 'VARCHAR'],
        ['payload', 'VARCHAR'],
        ['day', 'DATE'],
        ['at', 'TIMESTAMP WITH TIME ZONE'],
        ['count', 'BIGINT'],
        ['price', 'DOUBLE'],
        ['held', 'BOOLEAN'],
        ['quantiles', 'DOUBLE[]'],
      ]);
    });

    it('have their values', async () => {
      const sql = 'SELECT id, note, day, epoch_us("at") AS "at", count, price, held, quantiles FROM FILE';
      expect(await duckDb(await encoded('parquet'), sql)).toEqual([
        {
          id: 'AAPL',
          note: 'some words',
          day: '2020-02-29',
          at: '1584388800123000',
          count: '10',
          price: 0.1,
          held: true,
          quantiles: [90.5, 101],
        },
        {
          id: '=1+1',
          note: odd.note,
          day: '1969-12-31',
          at: '1584388800000001',
          count: '5000000000',
          price: 5e-324,
          held: false,
          quantiles: [],
        },
        expect.objectContaining({ id: 'null', note: null, day: null, price: null }),
        expect.objectContaining({ id: '', note: '', price: 0, quantiles: [0] }),
      ]);
    });

    it('are no rows where there are none', async () => {
      expect(await duckDb(await encoded('parquet', []), 'SELECT count(*) AS rows FROM FILE')).toEqual([{ rows: '0' }]);
    });

    it('are all there where they fill several row groups', async () => {
      const many = Array.from({ length: 25_000 }, (_, n) => ({ ...plain, id: String(n), count: n }));
      const sql = 'SELECT count(DISTINCT id) AS rows, sum(count) AS total, sum(len(quantiles)) AS listed FROM FILE';
      expect(await duckDb(await encoded('parquet', many, { size: 2048 }), sql)).toEqual([
        { rows: '25000', total: String((25_000 * 24_999) / 2), listed: '50000' },
      ]);
    });
  });
});

describe('an export', () => {
  it.each(['csv', 'json', 'parquet'] as const)(
    'as %s is the same, to the byte, however the rows come in pieces',
    async (format) => {
      const rows = Array.from({ length: 21_000 }, (_, n) => awkwardRow(tables.forecasts, n));
      const whole = await encoded(format, rows, { size: 21_000, relation: tables.forecasts });
      for (const size of [2048, 10_000]) {
        expect((await encoded(format, rows, { size, relation: tables.forecasts })).equals(whole)).toBe(true);
      }
    },
  );

  it('has the columns that say when a row was written where they are asked for', async () => {
    const [header] = (await encoded('csv', ROWS, { processing: true })).toString().split('\n');
    expect(header).toBe('id,note,payload,day,at,count,price,held,quantiles,recorded_at');
  });

  it('has nothing, not even a header, while no rows are there yet, and fails where the reading fails', async () => {
    async function* failing(): AsyncIterable<Rows> {
      yield await Promise.resolve([plain]);
      throw new Error('the warehouse went away');
    }
    for (const format of ['csv', 'json', 'parquet'] as const) {
      const parts: Uint8Array[] = [];
      const reading = async () => {
        for await (const part of encodeRows(everything, failing(), { format, processing: false })) parts.push(part);
      };
      await expect(reading()).rejects.toThrow('the warehouse went away');
      // Parquet without its footer is no file.
      if (format === 'parquet') expect(() => parquetMetadata(new Uint8Array(Buffer.concat(parts)).buffer)).toThrow();
    }
    const never = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no credentials')) }) };
    const first = encodeRows(everything, never, { format: 'csv', processing: false }).next();
    await expect(first).rejects.toThrow('no credentials');
  });

  it('knows its format by the name of the file', () => {
    expect(['a.csv', 'a.JSON', 'a.jsonl', 'a.ndjson', '/b.c/a.parquet', 'a.txt', 'csv'].map(exportFormatOf)).toEqual([
      'csv',
      'json',
      'json',
      'json',
      'parquet',
      undefined,
      undefined,
    ]);
  });

  it('is of a table or view that there is', () => {
    expect(relationNamed('bars')).toBe(tables.bars);
    expect(() => relationNamed('prices')).toThrow(
      'there is no table or view "prices"; there are events, market_closes, bars, forecasts,',
    );
  });
});
