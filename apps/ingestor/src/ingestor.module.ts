import { calendarOf, network, openMarketData } from '@closing-bell/market';
import { type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { IngestorController } from './ingestor.controller';
import { Ingestion } from './ingestion';

class IngestorModule {}

/** Wires the ingestor: calendar, market data and the store of series. */
export function ingestorModule({ config, clock, logger }: Platform): DynamicModule {
  const source = openMarketData(config.marketData, network(clock));
  const ingestion = new Ingestion({
    source,
    calendarOf,
    series: new SeriesStore(openObjectStore(config.objects, config)),
    symbols: config.symbols,
    clock,
    logger,
  });
  return {
    module: IngestorModule,
    controllers: [IngestorController],
    providers: [{ provide: Ingestion, useValue: ingestion }],
  };
}
