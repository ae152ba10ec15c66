export {
  bigQueryTables,
  bigQueryViews,
  clusterOf as clusterColumnsOf,
  DATASET_DESCRIPTION,
  viewIn,
} from './bigquery/bigquery-definitions';
export { type BigQueryField, fieldsOf as bigQueryFieldsOf } from './bigquery/bigquery-fields';
export { bigQueryLocation } from './bigquery/bigquery-location';
export { closeCost } from './bigquery/close-cost';
export { encodeRows } from './export/encode-rows';
export { EXPORT_FORMATS, type ExportFormat, exportFormatOf, MEDIA_TYPES } from './export/export-format';
export { exportRows } from './export-rows';
export { InBatches } from './in-batches';
export { openWarehouse, warehouseResources } from './open-warehouse';
export { relationNamed, relations } from './relations';
export { type Relation, type Row, type TableDefinition } from './table';
export { tables } from './tables';
export { views } from './views';
export { type Parameter, type Warehouse, WarehouseUnavailableError } from './warehouse';
