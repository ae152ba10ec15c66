import { type DuckDBConnection } from '@duckdb/node-api';
import { schemaDifference, type ExistingColumn } from '../schema-difference';
import { type Column, type TableDefinition } from '../table';
import { tables } from '../tables';
import { views } from '../views';
import { DUCKDB_TYPES, duckdbDialect } from './duckdb-dialect';

const { identifier } = duckdbDialect;

/**
 * Makes what a database lacks: tables, columns that were added since it was made, views.
 *
 * @throws Error when a table cannot be brought forward, saying why
 */
export async function bringForward(connection: DuckDBConnection, path: string): Promise<void> {
  const existing = await existingColumns(connection);
  for (const table of Object.values<TableDefinition>(tables)) {
    const columns = existing.get(table.name);
    if (!columns) {
      await connection.run(createStatement(table));
      continue;
    }
    const { add, relax, conflicts } = schemaDifference(table, columns, ({ type }) => DUCKDB_TYPES[type]);
    if (conflicts.length > 0) {
      throw new Error(
        `warehouse ${path}, table ${table.name}: ${conflicts.join('; ')}. This release cannot bring it forward: move the file away, and replay the closes into a new one.`,
      );
    }
    for (const name of add) await alter(connection, table, `ADD COLUMN ${definitionOf(name, table.columns[name])}`);
    for (const name of relax) await alter(connection, table, `ALTER COLUMN ${identifier(name)} DROP NOT NULL`);
  }
  for (const { name, sql } of Object.values(views)) {
    await connection.run(`CREATE OR REPLACE VIEW ${identifier(name)} AS ${sql(duckdbDialect)}`);
  }
}

async function existingColumns(connection: DuckDBConnection): Promise<Map<string, ExistingColumn[]>> {
  const result = await connection.runAndReadAll(
    `SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal`,
  );
  const columns = new Map<string, ExistingColumn[]>();
  for (const [table, name, type, nullable] of result.getRows() as [string, string, string, boolean][]) {
    const ofTable = columns.get(table) ?? [];
    columns.set(table, ofTable);
    ofTable.push({ name, type, nullable });
  }
  return columns;
}

async function alter(connection: DuckDBConnection, { name }: TableDefinition, change: string): Promise<void> {
  await connection.run(`ALTER TABLE ${identifier(name)} ${change}`);
}

function createStatement({ name, columns, key }: TableDefinition): string {
  const definitions = Object.entries(columns).map(([column, definition]) => definitionOf(column, definition));
  return `CREATE TABLE ${identifier(name)} (${definitions.join(', ')}, PRIMARY KEY (${key.map(identifier).join(', ')}))`;
}

function definitionOf(name: string, column: Column | undefined): string {
  if (!column) throw new Error(`there is no column ${name}`);
  return `${identifier(name)} ${DUCKDB_TYPES[column.type]}${column.nullable ? '' : ' NOT NULL'}`;
}
