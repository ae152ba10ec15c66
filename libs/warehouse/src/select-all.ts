import { type Dialect } from './dialect';
import { type Column, type Relation } from './table';

/** The columns of a relation that a reading of it gives. */
export function columnsOf({ columns }: Relation, processing: boolean): [string, Column][] {
  return Object.entries(columns).filter(([, column]) => processing || !column.processing);
}

/** Every row of a relation, in the order of its key. */
export function selectAll(relation: Relation, processing: boolean, dialect: Dialect): string {
  const names = columnsOf(relation, processing).map(([name]) => dialect.identifier(name));
  const order = relation.key.map((name) => dialect.identifier(name));
  return `SELECT ${names.join(', ')} FROM ${dialect.relation(relation.name)} ORDER BY ${order.join(', ')}`;
}
