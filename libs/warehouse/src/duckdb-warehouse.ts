import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ColumnType, type Row, type TableDefinition } from './table';
import { tables } from './tables';
import { type Parameter, type Warehouse } from './warehouse';

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  integer: 'INTEGER',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  floats: 'DOUBLE[]',
  json: 'VARCHAR',
};

interface PendingInsert {
  readonly table: TableDefinition;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The warehouse in one DuckDB file, for one machine. Inserts that arrive while a transaction runs share the next one. */
export class DuckDbWarehouse implements Warehouse {
  private pending: PendingInsert[] = [];
  private writing: Promise<void> | undefined;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
    private readonly reader: DuckDBConnection,
  ) {}

  /**
   * @param path the database's file; made, with its folder, where it is not there
   * @throws Error when another process has the file open
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
    for (const table of Object.values(tables)) await writer.run(createStatement(table));
    return new DuckDbWarehouse(instance, writer, reader);
  }

  insert<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): Promise<void> {
    if (rows.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.pending.push({ table, rows: rows, resolve, reject });
      this.writing ??= this.write();
    });
  }

  async query<T extends object>(sql: string, parameters: Readonly<Record<string, Parameter>> = {}): Promise<T[]> {
    const result = await this.reader.runAndReadAll(sql.replace(/@(\w+)/g, '$$$1'), parameters);
    return result.getRowObjects().map(plainRow) as T[];
  }

  async close(): Promise<void> {
    await this.writing;
    this.reader.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
  }

  private async write(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0);
      try {
        await this.writer.run('BEGIN TRANSACTION');
        for (const [table, rows] of byTable(batch)) {
          await this.writer.run(insertStatement(table), { rows: JSON.stringify(rows) });
        }
        await this.writer.run('COMMIT');
        for (const { resolve } of batch) resolve();
      } catch (error) {
        await this.writer.run('ROLLBACK').catch(() => undefined);
        await this.writeSingly(batch, error);
      }
    }
    this.writing = undefined;
  }

  /** A batch failed: each of its inserts is tried by itself, so that only what is at fault fails. */
  private async writeSingly(batch: readonly PendingInsert[], error: unknown): Promise<void> {
    for (const insert of batch) {
      if (batch.length === 1) {
        insert.reject(error);
        continue;
      }
      try {
        await this.writer.run(insertStatement(insert.table), { rows: JSON.stringify(insert.rows) });
        insert.resolve();
      } catch (own) {
        insert.reject(own);
      }
    }
  }
}

function quoted(name: string): string {
  return `"${name}"`;
}

function createStatement({ name, columns, key }: TableDefinition): string {
  const definitions = Object.entries(columns).map(
    ([column, { type, nullable }]) => `${quoted(column)} ${TYPES[type]}${nullable ? '' : ' NOT NULL'}`,
  );
  return `CREATE TABLE IF NOT EXISTS ${quoted(name)} (${definitions.join(', ')}, PRIMARY KEY (${key.map(quoted).join(', ')}))`;
}

/** Takes the rows as one JSON parameter, so that a batch of any size is one statement. */
function insertStatement({ name, columns }: TableDefinition): string {
  const structure = JSON.stringify([
    Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, TYPES[type]])),
  ]);
  return `INSERT INTO ${quoted(name)} SELECT row.* FROM (SELECT unnest(from_json($rows, '${structure}')) AS row) ON CONFLICT DO NOTHING`;
}

/** The rows of a batch by table, the first of each key only. */
function byTable(batch: readonly PendingInsert[]): Map<TableDefinition, Readonly<Record<string, unknown>>[]> {
  const grouped = new Map<TableDefinition, Map<string, Readonly<Record<string, unknown>>>>();
  for (const { table, rows } of batch) {
    const unique = grouped.get(table) ?? new Map<string, Readonly<Record<string, unknown>>>();
    grouped.set(table, unique);
    for (const row of rows) {
      const key = JSON.stringify(table.key.map((column) => row[column]));
      if (!unique.has(key)) unique.set(key, row);
    }
  }
  return new Map([...grouped].map(([table, unique]) => [table, [...unique.values()]]));
}

function plainRow(row: Record<string, DuckDBValue>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plainValue(value)]));
}

function plainValue(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampValue) return `${value.toString().replace(' ', 'T')}Z`;
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  return value;
}
