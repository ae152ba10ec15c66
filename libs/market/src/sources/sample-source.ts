import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PermanentError } from '@closing-bell/contracts';
import { type RawBars } from '../bars/bar';
import { parseCsvBars } from './csv-bars';
import { type BarsRequest, type MarketDataSource } from './market-data-source';

const SAMPLE_SYMBOL = '^GSPC';

/** The S&P 500 index, 2000-01-03 to 2020-04-17, daily, from the npm package vega-datasets: real bars without a network. */
export class SampleSource implements MarketDataSource {
  readonly name = 'sample';

  async bars(request: BarsRequest, signal?: AbortSignal): Promise<RawBars> {
    if (request.symbol !== SAMPLE_SYMBOL) {
      throw new PermanentError(
        `No bars of "${request.symbol}": the sample holds ${SAMPLE_SYMBOL} alone. For other symbols use a csv: or yahoo: address.`,
        { reason: 'unknown-symbol', symbol: request.symbol, source: this.name, looked: 'vega-datasets' },
      );
    }
    const file = join(dirname(require.resolve('vega-datasets')), '../data/sp500-2000.csv');
    return {
      symbol: request.symbol,
      origin: 'vega-datasets sp500-2000.csv',
      vouchesFor: { finalBars: true, splitAdjustment: true },
      ...parseCsvBars(await readFile(file, { encoding: 'utf8', signal }), 'vega-datasets sp500-2000.csv', request),
    };
  }
}
