import { type TableDefinition } from './table';
import { type Warehouse } from './warehouse';

/**
 * A table's rows in the order of its key, without the columns that say when they were written: two warehouses that saw the
 * same closes export the same.
 */
export function exportRows(warehouse: Warehouse, table: TableDefinition): Promise<Record<string, unknown>[]> {
  const columns = Object.entries(table.columns)
    .filter(([, { processing }]) => !processing)
    .map(([name]) => `"${name}"`);
  const order = table.key.map((name) => `"${name}"`);
  return warehouse.query(`SELECT ${columns.join(', ')} FROM "${table.name}" ORDER BY ${order.join(', ')}`);
}
