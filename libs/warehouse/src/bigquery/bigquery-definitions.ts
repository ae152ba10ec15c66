import { createHash } from 'node:crypto';
import { type TableDefinition, type ViewDefinition } from '../table';
import { tables } from '../tables';
import { views } from '../views';
import { appendsOf, firstAppends } from './appends';
import { bigQueryDialect } from './bigquery-dialect';
import { fieldsOf } from './bigquery-fields';
import { type BigQueryLocation } from './bigquery-location';

/** BigQuery takes no more columns than this to cluster by. */
const MOST_CLUSTER_COLUMNS = 4;

/** Label of a view that says which SQL it was made from: what is read back may be worded otherwise. */
export const DEFINITION_LABEL = 'definition';

export const DATASET_DESCRIPTION =
  'Closing Bell: bars, forecasts, outcomes, model decisions and drift. Tables that end in _appends are written; read the views.';

/** The tables that are appended to. */
export const bigQueryTables: readonly TableDefinition[] = Object.values<TableDefinition>(tables).map(appendsOf);

/** The views, each after those that it reads. */
export const bigQueryViews: readonly ViewDefinition[] = [
  ...Object.values<TableDefinition>(tables).map(firstAppends),
  ...Object.values<ViewDefinition>(views),
];

/** The columns that a table is clustered by. */
export function clusterOf({ columns, key, partitionBy }: TableDefinition): string[] {
  // What is asked for most: a symbol, then what else tells rows apart. The partition's own column says little within a month.
  const order = ['symbol', ...key].filter((name) => name in columns && name !== partitionBy);
  return [...new Set(order)].slice(0, MOST_CLUSTER_COLUMNS);
}

/** A view's SQL in a dataset, and the labels that say what it was made from. */
export function viewIn(
  location: BigQueryLocation,
  view: ViewDefinition,
): { readonly sql: string; readonly labels: Readonly<Record<string, string>> } {
  const sql = view.sql(bigQueryDialect(location));
  const definition = createHash('sha256')
    .update(JSON.stringify([sql, view.description, fieldsOf(view)]))
    .digest('hex')
    .slice(0, 16);
  return { sql, labels: { [DEFINITION_LABEL]: definition } };
}
