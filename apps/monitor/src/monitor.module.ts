import { calendarOf } from '@closing-bell/market';
import { type Publisher } from '@closing-bell/messaging';
import { codeOf, type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { openWarehouse } from '@closing-bell/warehouse';
import { type DynamicModule } from '@nestjs/common';
import { Actions } from './api/actions';
import { type Recorded } from './api/answers';
import { apiModule } from './api/api.module';
import { Reader } from './api/reader';
import { RecordedFeed } from './api/recorded-feed';
import { MonitorController } from './monitor.controller';
import { Recorder } from './recorder';

class MonitorModule {}

/** Wires the monitor: warehouse, objects and what is read from them. */
export async function monitorModule({
  config,
  clock,
  publisher,
}: Platform & { readonly publisher: Publisher }): Promise<DynamicModule> {
  const { exchange, apiToken } = config;
  const warehouse = await openWarehouse(config.warehouse, config);
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
      { provide: 'shutdown', useValue: { onApplicationShutdown: () => warehouse.close() } },
    ],
  };
}
