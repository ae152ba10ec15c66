import { type ColumnType, type TableDefinition } from '../src/table';

type Values = Readonly<Record<ColumnType, unknown>>;

/**
 * A row of any table, with values that are hard to keep; `n` makes its key.
 *
 * @param easier values of some types in place of the hard ones
 */
export function awkwardRow(table: TableDefinition, n: number, easier: Partial<Values> = {}): Record<string, unknown> {
  const values: Values = {
    text: `${n} ‘Ärger’ \\ "\n\t${'x'.repeat(300)} 💹`,
    json: JSON.stringify({ n, text: 'ä "quoted"', list: [1.5, null] }),
    date: `19${String(70 + (n % 30)).padStart(2, '0')}-02-28`,
    timestamp: `2020-02-29T23:59:59.${String(n % 1000).padStart(3, '0')}Z`,
    integer: n % 2 === 0 ? 2_000_000_000 : -7,
    float: [0.1 + 0.2, 1e-300, -1.7976931348623157e308, 5e-324, 1 / 3, 0, 123456789.12345679][n % 7],
    boolean: n % 2 === 0,
    floats: n % 3 === 0 ? [] : [1 / 3, 1e-300, -2.5],
    ...easier,
  };
  return Object.fromEntries(
    Object.entries(table.columns).map(([name, { type, nullable }]) => [
      name,
      nullable && n % 2 === 1 ? null : table.key.includes(name) && type === 'text' ? `${n} 💹` : values[type],
    ]),
  );
}
