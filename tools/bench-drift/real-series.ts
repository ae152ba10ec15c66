import { calendarOf, cleanBars, network, openMarketData } from '@closing-bell/market';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type SimulatedBar } from './simulated-series';

export interface DatedBar extends SimulatedBar {
  readonly session: string;
}

const STOCKS = resolve('../shared/data/us_long30_2000_2022.csv.gz');
/** The last session of the sample. */
const LAST = '2020-04-17';

/** The S&P 500 index from 2000 on. */
export async function indexBars(): Promise<readonly DatedBar[]> {
  const calendar = calendarOf('XNYS');
  const raw = await openMarketData(
    'sample:',
    network(() => new Date()),
  ).bars({ symbol: '^GSPC', session: LAST, calendar });
  return cleanBars(raw, { session: LAST, calendar, now: new Date() }).bars;
}

/** Bars of each stock of ../shared/data from 2014 on; none where that folder is not there. */
export function stockBars(): DatedBar[][] {
  if (!existsSync(STOCKS)) return [];
  const stocks = new Map<string, DatedBar[]>();
  for (const line of gunzipSync(readFileSync(STOCKS)).toString('utf8').split('\n').slice(1)) {
    const [symbol = '', session = '', , high, low, close] = line.split(',');
    if (symbol === '' || session < '2014' || session > LAST) continue;
    const bars = stocks.get(symbol) ?? [];
    if (bars.length === 0) stocks.set(symbol, bars);
    bars.push({ session, high: Number(high), low: Number(low), close: Number(close) });
  }
  return [...stocks.values()];
}
