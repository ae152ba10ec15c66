import { calendarOf, network, openMarketData } from '@closing-bell/market';
import { type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { IngestorController } from './ingestor.controller';
import { Ingestion } from './ingestion';
import { IngestorMetrics } from './ingestor-metrics';

class IngestorModule {}

/** Wires the ingestor: calendar, market data and the store of series. */
export function ingestorModule({ config, clock, logger, registry }: Platform): DynamicModule {
  const source = openMarketData(config.marketData, network(clock));
  const ingestion = new Ingestion({
    source,
    calendarOf,
    series: new SeriesStore(openObjectStore(config.objects, config)),
    symbols: config.symbols,
    clock,
    logger,
    metrics: new IngestorMetrics(registry),
  });
  return {
    module: IngestorModule,
    controllers: [IngestorController],
    providers: [{ provide: Ingestion, useValue: ingestion }],
  };
}
