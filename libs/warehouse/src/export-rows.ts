import { type Relation } from './table';
import { type Warehouse } from './warehouse';

/**
 * All rows of a table or view in the order of its key, without the columns that say when they were written: two warehouses that saw
 * the same closes give the same. For what fits into memory.
 */
export async function exportRows(warehouse: Warehouse, relation: Relation): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const some of warehouse.rows(relation)) rows.push(...some);
  return rows;
}
