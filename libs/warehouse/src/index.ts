export { exportRows } from './export';
export { openWarehouse } from './open-warehouse';
export { type Row } from './table';
export { tables } from './tables';
export { type Warehouse } from './warehouse';
