import { calendarOf } from '@closing-bell/market';
import { type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { openWarehouse } from '@closing-bell/warehouse';
import { type DynamicModule } from '@nestjs/common';
import { ApiController } from './api.controller';
import { ExportsController, WAREHOUSE } from './exports.controller';
import { MonitorController } from './monitor.controller';
import { Queries } from './queries';
import { Recorder } from './recorder';

class MonitorModule {}

/** Wires the monitor: warehouse, objects and what is read from them. */
export async function monitorModule({ config, clock }: Platform): Promise<DynamicModule> {
  const warehouse = await openWarehouse(config.warehouse, config);
  const objects = openObjectStore(config.objects, config);
  const recorder = new Recorder({ warehouse, objects, series: new SeriesStore(objects), calendarOf, clock });
  return {
    module: MonitorModule,
    controllers: [MonitorController, ApiController, ExportsController],
    providers: [
      { provide: Recorder, useValue: recorder },
      { provide: Queries, useValue: new Queries(warehouse) },
      { provide: WAREHOUSE, useValue: warehouse },
      // Nest calls it when the application closes, after the last handler has ended.
      { provide: 'shutdown', useValue: { onApplicationShutdown: () => warehouse.close() } },
    ],
  };
}
