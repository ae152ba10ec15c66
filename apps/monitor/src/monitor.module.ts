import { calendarOf } from '@closing-bell/market';
import { type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { openWarehouse, type Warehouse } from '@closing-bell/warehouse';
import { type DynamicModule } from '@nestjs/common';
import { ApiController } from './api.controller';
import { ExportsController, WAREHOUSE } from './exports.controller';
import { MeasuredWarehouse } from './measured-warehouse';
import { MonitorController } from './monitor.controller';
import { MonitorMetrics } from './monitor-metrics';
import { Queries } from './queries';
import { Recorder } from './recorder';
import { latestClose, WarehouseGauges } from './warehouse-gauges';

class MonitorModule {}

/** Wires the monitor: warehouse, objects and what is read from them. */
export async function monitorModule(platform: Platform): Promise<DynamicModule> {
  const { config, clock } = platform;
  const { warehouse, gauges } = watched(await openWarehouse(config.warehouse, config), platform);
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
      { provide: 'shutdown', useValue: { onApplicationShutdown: () => gauges.stop().then(() => warehouse.close()) } },
    ],
  };
}

/** A warehouse that is measured, whose absence makes the monitor unready, and the gauges of what stands in it. */
function watched(
  opened: Warehouse,
  { config, clock, logger, readiness, registry }: Platform,
): { warehouse: MeasuredWarehouse; gauges: WarehouseGauges } {
  const calendar = calendarOf(config.exchange);
  const metrics = new MonitorMetrics(registry, () => latestClose(calendar, clock()));
  const warehouse: MeasuredWarehouse = new MeasuredWarehouse(
    opened,
    metrics,
    () => performance.now(),
    (table, rows) => gauges.written(table, rows),
  );
  const gauges = new WarehouseGauges({ warehouse, metrics, calendar, logger });
  readiness.add(() => warehouse.problem);
  gauges.read();
  return { warehouse, gauges };
}
