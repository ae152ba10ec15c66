import { closeCost } from '@closing-bell/warehouse';
import { print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

interface CostOptions {
  readonly symbols?: number;
  readonly years: number;
  readonly closeMinutes: number;
  readonly json?: boolean;
}

/** Prints what a close and a month of them take of BigQuery, by estimate. */
export function showCost(terminal: Terminal, { symbols, years, closeMinutes, json }: CostOptions): void {
  const question = { symbols: symbols ?? terminal.config.symbols.length, years, closeMinutes };
  const cost = closeCost(question);
  if (json) return print(terminal, JSON.stringify({ ...question, ...cost }, null, 2));
  const { appended, scoring, stored, dollars } = cost;
  print(
    terminal,
    `BigQuery, for a close of ${question.symbols} symbols that takes ${closeMinutes} minutes, with ${years} years of them kept:\n`,
  );
  print(
    terminal,
    table(
      ['what', 'how many', 'bytes', 'free in a month'],
      [
        ['rows appended a close', count(appended.rows), size(appended.bytes), '2 TiB'],
        ['queries that score a close', count(scoring.queries), size(scoring.bytes), '1 TiB'],
        ['rows kept', count(stored.rows), size(stored.bytes), '10 GiB'],
      ],
      [1, 2, 3],
    ),
  );
  print(
    terminal,
    `\n${money(dollars.close)} a close and ${money(dollars.month)} a month, or ${money(dollars.monthWithFreeTier)} where nothing else uses the free tier.`,
  );
  print(
    terminal,
    'An estimate: list prices of the multi-region US, on demand. What is asked by `closing-bell status`, the API or Looker Studio comes on top.',
  );
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function money(dollars: number): string {
  return dollars > 0 && dollars < 0.01 ? 'less than $0.01' : `$${dollars.toFixed(2)}`;
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
