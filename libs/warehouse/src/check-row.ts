import { isDay, PermanentError } from '@closing-bell/contracts';
import { type ColumnType, type TableDefinition } from './table';

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;

/** What each type takes, the same in every warehouse. */
const TAKES: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  json: (value) => typeof value === 'string',
  date: isDay,
  timestamp: (value) => typeof value === 'string' && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value)),
  integer: Number.isSafeInteger,
  float: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
  floats: (value) => Array.isArray(value) && value.every(Number.isFinite),
};

/** @throws PermanentError naming table, key, column and value where a value is none that its column takes */
export function checkRow({ name, columns, key }: TableDefinition, row: Readonly<Record<string, unknown>>): void {
  for (const [column, { type, nullable }] of Object.entries(columns)) {
    const value = row[column];
    if (value === null ? nullable : TAKES[type](value)) continue;
    const which = key.map((part) => String(row[part])).join(', ');
    throw new PermanentError(
      `table ${name}, row (${which}): column ${column} takes ${nullable ? `${type} or null` : type}, not ${shown(value)}`,
      { reason: 'invalid-row', table: name, column },
    );
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}
