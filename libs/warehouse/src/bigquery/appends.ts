import { type Dialect } from '../dialect';
import { type Relation, type TableDefinition, type ViewDefinition } from '../table';

/** The column that says which append brought a row; see {@link appendsOf}. */
export const APPEND_ID = 'append_id';

/** The table of BigQuery that rows are appended to. One row may come twice, so it is read through {@link firstAppends} alone. */
export function appendsOf(table: TableDefinition): TableDefinition {
  return {
    name: `${table.name}_appends`,
    description: `Every append to ${table.name}; a row may come twice. Read ${table.name}, which shows the first of each key.`,
    columns: {
      [APPEND_ID]: {
        type: 'text',
        description:
          'Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts.',
        processing: true,
      },
      ...table.columns,
    },
    key: [...table.key, APPEND_ID],
    ...(table.partitionBy === undefined ? {} : { partitionBy: table.partitionBy }),
  };
}

/** The view that is read as the table: the first append of each key. */
export function firstAppends(table: TableDefinition): ViewDefinition {
  const { name, description, columns, key, partitionBy } = table;
  // With the column of the partitions among those of the window, a bound on it spares BigQuery the other partitions.
  const window = partitionBy === undefined || key.includes(partitionBy) ? key : [...key, partitionBy];
  const relation: Relation = { name, description, columns, key };
  return {
    ...relation,
    sql: ({ identifier, relation: named }: Dialect) =>
      `SELECT ${Object.keys(columns).map(identifier).join(', ')}
FROM ${named(appendsOf(table).name)}
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY ${window.map(identifier).join(', ')} ORDER BY ${identifier(APPEND_ID)}) = 1`,
  };
}
