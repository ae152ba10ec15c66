export { type Bar, type RawBars, type RawRow, type Repair } from './bars/bar';
export { barsOfColumns, columnsOfBars } from './bars/bar-columns';
export { calendarOf } from './calendar/calendars';
export { ExchangeCalendar } from './calendar/exchange-calendar';
export { cleanBars, type CleanBars } from './cleaning/clean-bars';
export { type MarketDataSource } from './sources/market-data-source';
export { openMarketData } from './sources/open-market-data';
export { SourceUnavailableError } from './sources/source-unavailable-error';
export { type YahooDependencies } from './sources/yahoo-source';
