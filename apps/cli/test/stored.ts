import { exportRows, openWarehouse, tables } from '@closing-bell/warehouse';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** SHA-256 of every object, by its path. Of when and how long a training ran, only that it is there: a time of processing. */
export function objectsIn(home: string): Record<string, string> {
  const root = join(home, 'objects');
  return Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [
        relative(root, path),
        path.includes('/circumstances/') ? '' : createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  );
}

/** Every table in the order of its key, without the times of processing and what tells of processing alone. */
export async function warehouseIn(home: string): Promise<Record<string, Record<string, unknown>[]>> {
  const warehouse = await openWarehouse(`duckdb:${join(home, 'warehouse.duckdb')}`);
  try {
    const recorded = Object.values(tables).filter(({ name }) => name !== 'failed_attempts');
    const exported: Record<string, Record<string, unknown>[]> = {};
    for (const table of recorded) exported[table.name] = await exportRows(warehouse, table);
    return exported;
  } finally {
    await warehouse.close();
  }
}
