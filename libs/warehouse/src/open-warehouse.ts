import { DuckDbWarehouse } from './duckdb-warehouse';
import { type Warehouse } from './warehouse';

/**
 * Opens the warehouse that a URL names: `duckdb:/path/to/file`.
 *
 * @throws Error for a URL of another kind, saying which are known
 */
export async function openWarehouse(url: string): Promise<Warehouse> {
  const duckdb = /^duckdb:(.+)$/.exec(url)?.[1];
  if (duckdb !== undefined) return DuckDbWarehouse.open(duckdb);
  throw new Error(`warehouse "${url}": known are duckdb:/path/to/file`);
}
