import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { type ColumnType, type Relation } from '../table';
import { type Encoder, type ExportColumns, type ExportRow } from './encoder';

/** Rows that are held until they are written together. */
const ROWS_A_GROUP = 10_000;
const MICROSECONDS = /\.(\d{1,6})Z$/;

type Leaf = Omit<SchemaElement, 'name' | 'repetition_type'>;

/** Parquet's types, in its new words and, for older readers, in its old ones. A list has a schema of its own. */
const LEAVES: Readonly<Record<Exclude<ColumnType, 'floats'>, Leaf>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  integer: { type: 'INT64' },
  float: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
};

/** A value as the writer takes it for its type; null stays. */
const VALUES: Readonly<Record<ColumnType, (value: never) => unknown>> = {
  text: (value: string) => value,
  json: (value: string) => value,
  date: (value: string) => Date.parse(value) / 86_400_000,
  timestamp: microsecondsOf,
  integer: (value: number) => BigInt(value),
  float: withoutNegativeZero,
  boolean: (value: boolean) => value,
  floats: (value: readonly number[]) => value.map(withoutNegativeZero),
};

/**
 * Parquet, compressed by Snappy, with what table and columns are as key-value metadata. Equal rows give equal bytes: nothing in the file
 * tells when, where or by which release it was made.
 */
export class ParquetEncoder implements Encoder {
  private readonly bytes = new ByteWriter();
  private readonly writer: ParquetWriter;
  private waiting: ExportRow[] = [];

  constructor(
    relation: Relation,
    private readonly columns: ExportColumns,
  ) {
    const descriptions = Object.fromEntries(columns.map(([name, { description }]) => [name, description]));
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: schemaOf(relation.name, columns),
      kvMetadata: [
        { key: 'description', value: relation.description },
        { key: 'columns', value: JSON.stringify(descriptions) },
      ],
      createdBy: 'closing-bell',
    });
  }

  encode(rows: readonly ExportRow[]): Uint8Array {
    for (const row of rows) {
      this.waiting.push(row);
      if (this.waiting.length === ROWS_A_GROUP) this.writeGroup();
    }
    return this.take();
  }

  end(): Uint8Array {
    if (this.waiting.length > 0) this.writeGroup();
    void this.writer.finish();
    return this.take();
  }

  private writeGroup(): void {
    const rows = this.waiting;
    this.waiting = [];
    const columnData = this.columns.map(([name, { type }]) => {
      const valueOf = VALUES[type] as (value: unknown) => unknown;
      return { name, data: rows.map((row) => (row[name] === null ? null : valueOf(row[name]))) };
    });
    // Into memory it writes at once.
    void this.writer.write({ columnData, rowGroupSize: rows.length });
  }

  /** What was written since the last time. The writer goes on counting its offset, and reuses the memory. */
  private take(): Uint8Array {
    const taken = this.bytes.getBytes().slice();
    this.bytes.index = 0;
    return taken;
  }
}

function schemaOf(name: string, columns: ExportColumns): SchemaElement[] {
  return [
    { name, num_children: columns.length },
    ...columns.flatMap(([column, { type, nullable }]): SchemaElement[] => {
      const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
      if (type !== 'floats') return [{ name: column, repetition_type, ...LEAVES[type] }];
      return [
        { name: column, repetition_type, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'REQUIRED', type: 'DOUBLE' },
      ];
    }),
  ];
}

function microsecondsOf(timestamp: string): bigint {
  const fraction = MICROSECONDS.exec(timestamp)?.[1] ?? '';
  const seconds = Date.parse(timestamp.replace(MICROSECONDS, 'Z')) / 1000;
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

/** One warehouse keeps the sign of −0 and the other does not; the other formats have none. */
function withoutNegativeZero(value: number): number {
  return value + 0;
}
