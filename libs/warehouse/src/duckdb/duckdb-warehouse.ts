import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBValue,
  listValue,
} from '@duckdb/node-api';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkRow } from '../check-row';
import { firstOfEachKey, type Insertion } from '../first-of-each-key';
import { InBatches } from '../in-batches';
import { selectAll } from '../select-all';
import { type Relation, type Row, type TableDefinition } from '../table';
import { type Parameter, type Warehouse } from '../warehouse';
import { DUCKDB_TYPES, duckdbDialect } from './duckdb-dialect';
import { bringForward } from './duckdb-schema';

const { identifier } = duckdbDialect;

/** The warehouse in one DuckDB file, for one machine. Inserts that arrive while a transaction runs share the next one. */
export class DuckDbWarehouse implements Warehouse {
  private readonly insertions = new InBatches<Insertion>((batch) => this.write(batch));

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
    private readonly reader: DuckDBConnection,
  ) {}

  /**
   * @param path the database's file; made, with its folder, where it is not there, and brought forward where an older release made it
   * @throws Error when another process has the file open, or it cannot be brought forward
   */
  static async open(path: string): Promise<DuckDbWarehouse> {
    mkdirSync(dirname(path), { recursive: true });
    let instance: DuckDBInstance;
    try {
      // One close writes a few rows; two threads leave the cores to training.
      instance = await DuckDBInstance.create(path, { threads: '2' });
    } catch (error) {
      const { message } = error as Error;
      if (!/lock/i.test(message)) throw error;
      throw new Error(`warehouse ${path} is open in another process, which alone may write it: stop that one first`, {
        cause: error,
      });
    }
    const [writer, reader] = [await instance.connect(), await instance.connect()];
    try {
      await bringForward(writer, path);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
    return new DuckDbWarehouse(instance, writer, reader);
  }

  async insert<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): Promise<void> {
    for (const row of rows) checkRow(table, row);
    if (rows.length > 0) await this.insertions.add({ table, rows });
  }

  async query<T extends object>(sql: string, parameters: Readonly<Record<string, Parameter>> = {}): Promise<T[]> {
    const values = Object.entries(parameters).map(([name, value]) => [name, duckDbValue(value)] as const);
    const result = await this.reader.runAndReadAll(sql.replace(/@(\w+)/g, '$$$1'), Object.fromEntries(values));
    return result.getRowObjects().map(plainRow) as T[];
  }

  async *rows(
    relation: Relation,
    { processing = false }: { readonly processing?: boolean } = {},
  ): AsyncIterable<Record<string, unknown>[]> {
    // A connection of its own: a reading that is still under way would stand in the way of queries.
    const connection = await this.instance.connect();
    try {
      const result = await connection.stream(selectAll(relation, processing, duckdbDialect));
      for await (const rows of result.yieldRowObjects()) yield rows.map(plainRow);
    } finally {
      connection.closeSync();
    }
  }

  async close(): Promise<void> {
    await this.insertions.idle();
    this.reader.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
  }

  private async write(batch: readonly Insertion[]): Promise<void> {
    await this.writer.run('BEGIN TRANSACTION');
    try {
      for (const [table, rows] of firstOfEachKey(batch)) {
        await this.writer.run(insertStatement(table), { rows: JSON.stringify(rows) });
      }
      await this.writer.run('COMMIT');
    } catch (error) {
      await this.writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** Takes the rows as one JSON parameter, so that a batch of any size is one statement. */
function insertStatement({ name, columns }: TableDefinition): string {
  const structure = JSON.stringify([
    Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, DUCKDB_TYPES[type]])),
  ]);
  const names = Object.keys(columns).map(identifier).join(', ');
  return `INSERT INTO ${identifier(name)} (${names}) SELECT row.* FROM (SELECT unnest(from_json($rows, '${structure}')) AS row) ON CONFLICT DO NOTHING`;
}

function duckDbValue(value: Parameter): DuckDBValue {
  return typeof value === 'object' ? listValue([...value]) : value;
}

function plainRow(row: Record<string, DuckDBValue>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plainValue(value)]));
}

function plainValue(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampValue) return rfc3339(value);
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  return value;
}

/** Milliseconds, as the services write them; a time with microseconds shows them. */
function rfc3339({ micros }: DuckDBTimestampValue): string {
  const milliseconds = new Date(Number(micros / 1000n)).toISOString();
  const rest = micros % 1000n;
  return rest === 0n ? milliseconds : milliseconds.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
