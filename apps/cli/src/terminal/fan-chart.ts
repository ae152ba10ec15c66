/** One forecast session of a fan chart; prices. */
export interface FanPoint {
  readonly p05: number;
  readonly p25: number;
  readonly point: number;
  readonly p75: number;
  readonly p95: number;
}

const HEIGHT = 16;

/**
 * Closes and the forecast after them, in characters: `●` a close, `─` the median, `▓` the middle half, `░` the 90 % interval.
 * closes: price[n], oldest first. fan: point[m], one a session ahead, drawn three characters wide.
 */
export function fanChart(closes: readonly number[], fan: readonly FanPoint[]): string {
  const prices = [...closes, ...fan.flatMap(({ p05, p95 }) => [p05, p95])];
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  const span = high - low || 1;
  const rowOf = (price: number): number => Math.round(((price - low) / span) * (HEIGHT - 1));
  const rows: string[] = [];
  for (let row = HEIGHT - 1; row >= 0; row -= 1) {
    const past = closes.map((close) => (rowOf(close) === row ? '●' : ' ')).join('');
    const future = fan.map((point) => cell(point, row, rowOf).repeat(3)).join('');
    const label = row % 5 === 0 ? (low + (row / (HEIGHT - 1)) * span).toFixed(2) : '';
    rows.push(`${label.padStart(10)} │${past}│${future}`);
  }
  return rows.join('\n');
}

function cell({ p05, p25, point, p75, p95 }: FanPoint, row: number, rowOf: (price: number) => number): string {
  if (row === rowOf(point)) return '─';
  if (row >= rowOf(p25) && row <= rowOf(p75)) return '▓';
  if (row >= rowOf(p05) && row <= rowOf(p95)) return '░';
  return ' ';
}
