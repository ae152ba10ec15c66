export { bigQueryLocation } from './bigquery/bigquery-location';
export { closeCost } from './bigquery/close-cost';
export { exportRows } from './export-rows';
export { InBatches } from './in-batches';
export { openWarehouse, warehouseResources } from './open-warehouse';
export { type Row } from './table';
export { tables } from './tables';
export { views } from './views';
export { type Warehouse, WarehouseUnavailableError } from './warehouse';
