import { calendarOf } from '@closing-bell/market';
import { type Publisher } from '@closing-bell/messaging';
import { codeOf, type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { openWarehouse, type Warehouse } from '@closing-bell/warehouse';
import { type DynamicModule } from '@nestjs/common';
import { Actions } from './api/actions';
import { type Recorded } from './api/answers';
import { apiModule } from './api/api.module';
import { Reader } from './api/reader';
import { RecordedFeed } from './api/recorded-feed';
import { MeasuredWarehouse } from './measured-warehouse';
import { MonitorController } from './monitor.controller';
import { MonitorMetrics } from './monitor-metrics';
import { Recorder } from './recorder';
import { latestClose, WarehouseGauges } from './warehouse-gauges';

class MonitorModule {}

/** Wires the monitor: warehouse, objects and what is read from them. */
export async function monitorModule(platform: Platform & { readonly publisher: Publisher }): Promise<DynamicModule> {
  const { config, clock, publisher } = platform;
  const { exchange, apiToken } = config;
  const { warehouse, gauges } = watched(await openWarehouse(config.warehouse, config), platform);
  const objects = openObjectStore(config.objects, config);
  const series = new SeriesStore(objects);
  const reader = new Reader(warehouse, () => performance.now());
  const feed = new RecordedFeed();
  const onRecorded = (recorded: Recorded): void => {
    reader.forget();
    feed.tell(recorded);
  };
  const recorder = new Recorder({ warehouse, objects, series, calendarOf, clock, onRecorded });
  const newId = () => crypto.randomUUID();
  const actions = new Actions({ warehouse, objects, publisher, calendarOf, exchange, clock, newId, onRecorded });
  const instance = {
    exchange,
    code: codeOf(config),
    warehouse: config.warehouse.startsWith('bigquery:') ? ('bigquery' as const) : ('duckdb' as const),
  };
  return {
    module: MonitorModule,
    imports: [apiModule({ warehouse, objects, series, reader, feed, actions, apiToken, instance })],
    controllers: [MonitorController],
    providers: [
      { provide: Recorder, useValue: recorder },
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
