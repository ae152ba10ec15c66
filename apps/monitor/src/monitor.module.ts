import { calendarOf } from '@closing-bell/market';
import { codeOf, type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { openWarehouse } from '@closing-bell/warehouse';
import { type DynamicModule } from '@nestjs/common';
import { apiModule } from './api/api.module';
import { Reader } from './api/reader';
import { MonitorController } from './monitor.controller';
import { Recorder } from './recorder';

class MonitorModule {}

/** Wires the monitor: warehouse, objects and what is read from them. */
export async function monitorModule({ config, clock }: Platform): Promise<DynamicModule> {
  const warehouse = await openWarehouse(config.warehouse, config);
  const objects = openObjectStore(config.objects, config);
  const series = new SeriesStore(objects);
  const reader = new Reader(warehouse, () => performance.now());
  const recorder = new Recorder({ warehouse, objects, series, calendarOf, clock });
  const instance = {
    exchange: config.exchange,
    code: codeOf(config),
    warehouse: config.warehouse.startsWith('bigquery:') ? ('bigquery' as const) : ('duckdb' as const),
    actions: false,
  };
  return {
    module: MonitorModule,
    imports: [apiModule({ warehouse, objects, series, reader, instance })],
    controllers: [MonitorController],
    providers: [
      { provide: Recorder, useValue: recorder },
      // Nest calls it when the application closes, after the last handler has ended.
      { provide: 'shutdown', useValue: { onApplicationShutdown: () => warehouse.close() } },
    ],
  };
}
