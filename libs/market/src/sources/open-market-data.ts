import { CsvFolderSource } from './csv-folder-source';
import { type MarketDataSource } from './market-data-source';
import { SampleSource } from './sample-source';
import { YahooSource, type YahooDependencies } from './yahoo-source';

/**
 * The market-data source at an address: `sample:` (the S&P 500 index 2000–2020, on board), `csv:/path/to/folder` (your files) or
 * `yahoo:` (Yahoo Finance). Throws an Error that names the forms where the address is none of them.
 */
export function openMarketData(address: string, dependencies: YahooDependencies): MarketDataSource {
  const [, scheme, rest = ''] = /^([a-z]+):(.*)$/.exec(address) ?? [];
  if (scheme === 'sample' && rest === '') return new SampleSource();
  if (scheme === 'csv' && rest !== '') return new CsvFolderSource(rest);
  if (scheme === 'yahoo' && rest === '') return new YahooSource(dependencies);
  throw new Error(`"${address}" is not the address of market data. Allowed: sample:, csv:/path/to/folder, yahoo:`);
}
