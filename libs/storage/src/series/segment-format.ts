import { parquetMetadata, parquetRead } from 'hyparquet';
import { parquetWriteBuffer, type ColumnSource, type SchemaElement } from 'hyparquet-writer';
import { daysOf, isoDate, type Series } from './series';

/**
 * A segment as a Parquet file: column `session` (DATE) and one DOUBLE for each column, in order, one row group, nothing
 * compressed. Plain encoding alone keeps every bit: a dictionary takes −0 for 0. Equal series give equal bytes.
 */
export function encodeSegment(series: Series): Buffer {
  const columns = Object.entries(series.columns);
  const schema: SchemaElement[] = [
    { name: 'series', num_children: columns.length + 1 },
    { name: 'session', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
    ...columns.map(([name]): SchemaElement => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' })),
  ];
  const columnData: ColumnSource[] = [
    {
      name: 'session',
      data: series.sessions.map((session) => new Date(daysOf(session) * 86_400_000)),
      encoding: 'PLAIN',
    },
    ...columns.map(([name, data]): ColumnSource => ({ name, data, encoding: 'PLAIN' })),
  ];
  const file = parquetWriteBuffer({
    schema,
    columnData,
    codec: 'UNCOMPRESSED',
    statistics: false,
    rowGroupSize: series.sessions.length,
    createdBy: 'closing-bell',
  });
  return Buffer.from(file);
}

/** Reads what {@link encodeSegment} wrote; throws where the bytes are no such file. */
export async function decodeSegment(bytes: Buffer): Promise<Series> {
  const file = new Uint8Array(bytes).buffer;
  let sessions: string[] = [];
  const columns: Record<string, Float64Array> = {};
  await parquetRead({
    file,
    metadata: parquetMetadata(file),
    onChunk: ({ columnName, columnData }) => {
      if (columnName === 'session') {
        sessions = Array.from(columnData as ArrayLike<Date>, (date) => isoDate(date.getTime() / 86_400_000));
      } else {
        columns[columnName] = Float64Array.from(columnData as ArrayLike<number>);
      }
    },
  });
  return { sessions, columns };
}
