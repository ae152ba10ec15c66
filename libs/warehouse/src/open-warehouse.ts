import { type Resource } from '@closing-bell/provisioning';
import { type BigQueryOptions, LIMITS } from './bigquery/bigquery-connection';
import { bigQueryLocation } from './bigquery/bigquery-location';
import { bigQueryResources } from './bigquery/bigquery-resources';
import { BigQueryWarehouse } from './bigquery/bigquery-warehouse';
import { DuckDbWarehouse } from './duckdb/duckdb-warehouse';
import { type Warehouse } from './warehouse';

/** What only some warehouses take; the configuration has it under the same names. */
export interface WarehouseOptions {
  /** Address of BigQuery where it is not Google's own: an emulator. */
  readonly bigQueryEndpoint?: string | undefined;
  /** Address of this machine for the Storage Write API of an emulator, by gRPC: `127.0.0.1:9060`. */
  readonly bigQueryStorageEndpoint?: string | undefined;
  /** How long BigQuery is asked for one answer, attempts and pauses together, in milliseconds; two minutes where nobody waits for it. */
  readonly patienceMs?: number;
}

const DUCKDB = /^duckdb:(.+)$/;

/**
 * Opens the warehouse that a URL names: `duckdb:/path/to/file`, made where it is not there, or `bigquery://project/dataset`, which
 * `closing-bell setup` makes.
 *
 * @throws Error for a URL of another kind, saying which are known; WarehouseUnavailableError when a dataset cannot be read or is incomplete
 */
export async function openWarehouse(url: string, options: WarehouseOptions = {}): Promise<Warehouse> {
  const duckdb = DUCKDB.exec(url)?.[1];
  if (duckdb !== undefined) return DuckDbWarehouse.open(duckdb);
  if (!url.startsWith('bigquery:')) {
    throw new Error(`warehouse "${url}": known are duckdb:/path/to/file and bigquery://project/dataset`);
  }
  return BigQueryWarehouse.open(bigQueryLocation(url), bigQueryOptions(options));
}

/**
 * What must be there before a warehouse is opened: nothing for a file, the dataset with its tables and views for BigQuery.
 *
 * @param region where a dataset is made, such as EU
 */
export function warehouseResources(url: string, region: string, options: WarehouseOptions = {}): Resource[] {
  return DUCKDB.test(url) ? [] : bigQueryResources(bigQueryLocation(url), region, bigQueryOptions(options));
}

function bigQueryOptions({ bigQueryEndpoint, bigQueryStorageEndpoint, patienceMs }: WarehouseOptions): BigQueryOptions {
  return {
    endpoint: bigQueryEndpoint,
    storageEndpoint: bigQueryStorageEndpoint,
    ...(patienceMs === undefined ? {} : { limits: { ...LIMITS, totalMs: patienceMs } }),
  };
}
