import { checkRow } from '../check-row';
import { type Dialect } from '../dialect';
import { firstOfEachKey } from '../first-of-each-key';
import { columnsOf, selectAll } from '../select-all';
import { type Relation, type Row, type TableDefinition } from '../table';
import { tables } from '../tables';
import { views } from '../views';
import { type Parameter, type Warehouse, WarehouseUnavailableError } from '../warehouse';
import { Appender } from './appender';
import { APPEND_ID, appendsOf } from './appends';
import { BigQueryConnection, type BigQueryOptions } from './bigquery-connection';
import { bigQueryDialect } from './bigquery-dialect';
import { type BigQueryLocation } from './bigquery-location';

const ROWS_A_PAGE = 10_000;

/** What the warehouse takes of the world. */
export interface BigQueryWarehouseOptions extends BigQueryOptions {
  readonly clock?: () => Date;
  /** Tells this writer from every other one. */
  readonly writer?: string;
}

/**
 * The warehouse in a dataset of BigQuery. Rows are appended, at least once, and read through a view that shows the first append of each
 * key: whatever is repeated, by whomever, is there once. Decision 14 has the reasons.
 */
export class BigQueryWarehouse implements Warehouse {
  private readonly dialect: Dialect;
  private readonly appenders = new Map<TableDefinition, Appender>();
  private readonly appendIds: AppendIds;

  private constructor(
    private readonly connection: BigQueryConnection,
    options: BigQueryWarehouseOptions,
  ) {
    this.dialect = bigQueryDialect(connection.location);
    this.appendIds = new AppendIds(
      options.clock ?? (() => new Date()),
      options.writer ?? crypto.randomUUID().slice(0, 8),
    );
  }

  /** @throws WarehouseUnavailableError when the dataset cannot be read or lacks what this release writes, saying what to do */
  static async open(location: BigQueryLocation, options: BigQueryWarehouseOptions = {}): Promise<BigQueryWarehouse> {
    const connection = new BigQueryConnection(location, options);
    const warehouse = new BigQueryWarehouse(connection, options);
    await warehouse.checkSchema();
    return warehouse;
  }

  async insert<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): Promise<void> {
    for (const row of rows) checkRow(table, row);
    const unique = firstOfEachKey([{ table, rows }]).get(table) ?? [];
    if (unique.length === 0) return;
    await this.appenderOf(table).append(unique.map((row) => ({ ...row, [APPEND_ID]: this.appendIds.next() })));
  }

  async query<T extends object>(sql: string, parameters: Readonly<Record<string, Parameter>> = {}): Promise<T[]> {
    const rows: T[] = [];
    for await (const page of this.connection.pages({ query: sql, params: { ...parameters } }, ROWS_A_PAGE)) {
      for (const row of page) rows.push(plainRow(row) as T);
    }
    return rows;
  }

  async *rows(
    relation: Relation,
    { processing = false }: { readonly processing?: boolean } = {},
  ): AsyncIterable<Record<string, unknown>[]> {
    const names = columnsOf(relation, processing).map(([name]) => name);
    const query = selectAll(relation, processing, this.dialect);
    for await (const page of this.connection.pages({ query }, ROWS_A_PAGE)) {
      yield page.map((row) => plainRow(Object.fromEntries(names.map((name) => [name, row[name]]))));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.appenders.values()].map((appender) => appender.close()));
  }

  private appenderOf(table: TableDefinition): Appender {
    let appender = this.appenders.get(table);
    if (!appender) {
      appender = new Appender(this.connection, appendsOf(table));
      this.appenders.set(table, appender);
    }
    return appender;
  }

  /** Says at the start, not at the first close, that something is missing. Columns of a newer release do no harm. */
  private async checkSchema(): Promise<void> {
    const { projectId, datasetId } = this.connection.location;
    const schema = `\`${projectId}.${datasetId}\`.INFORMATION_SCHEMA`;
    const found = await this.query<{ table_name: string; column_name: string | null }>(
      `SELECT t.table_name, c.column_name FROM ${schema}.TABLES t LEFT JOIN ${schema}.COLUMNS c ON c.table_name = t.table_name`,
    );
    const there = new Set(found.flatMap(({ table_name, column_name }) => [table_name, `${table_name}.${column_name}`]));
    const missing = [
      ...Object.values<TableDefinition>(tables)
        .map(appendsOf)
        .flatMap(({ name, columns }) =>
          there.has(name) ? Object.keys(columns).map((column) => `${name}.${column}`) : [name],
        ),
      ...[...Object.values(tables), ...Object.values(views)].map(({ name }) => name),
    ].filter((name) => !there.has(name));
    if (missing.length === 0) return;
    const warehouse = `bigquery://${projectId}/${datasetId}`;
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
    throw new WarehouseUnavailableError(
      `${warehouse} lacks ${missing.slice(0, 5).join(', ')}${more}. \`closing-bell setup\` makes what is missing.`,
      { warehouse, code: 'incomplete' },
    );
  }
}

/** Names of appends that order as they were made: by one writer always, by several as their clocks go. */
class AppendIds {
  private last = '';
  private count = 0;

  constructor(
    private readonly clock: () => Date,
    private readonly writer: string,
  ) {}

  next(): string {
    const now = this.clock().toISOString();
    // A clock that is set back does not put a later append first.
    if (now > this.last) [this.last, this.count] = [now, 0];
    return `${this.last} ${this.writer} ${String(this.count++).padStart(9, '0')}`;
  }
}

function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plainValue(value)]));
}

/** Dates and times come in objects of the client's. */
function plainValue(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return 'value' in value ? value.value : value;
}
