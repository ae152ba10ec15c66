export { exportRows } from './export';
export { openWarehouse } from './open-warehouse';
export { type Row, type TableDefinition } from './table';
export { tables } from './tables';
export { type Parameter, type Warehouse } from './warehouse';
