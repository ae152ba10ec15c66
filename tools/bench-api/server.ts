import { calendarOf } from '@closing-bell/market';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { openWarehouse } from '@closing-bell/warehouse';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Actions } from '../../apps/monitor/src/api/actions';
import { apiModule } from '../../apps/monitor/src/api/api.module';
import { Reader } from '../../apps/monitor/src/api/reader';
import { RecordedFeed } from '../../apps/monitor/src/api/recorded-feed';
import { serveHttp } from '../../apps/monitor/src/http';

/** The monitor's API and dashboard on the warehouse in a folder, without Pub/Sub: a process of its own, so that it can be measured. */
async function serve(folder: string, port: number): Promise<void> {
  const warehouse = await openWarehouse(`duckdb:${join(folder, 'warehouse.duckdb')}`);
  const objects = openObjectStore(pathToFileURL(join(folder, 'objects')).href);
  const reader = new Reader(warehouse, () => performance.now());
  const refuse = () => Promise.reject(new Error('nothing is published here'));
  const actions = new Actions({
    ...{ warehouse, objects, calendarOf, exchange: 'XNYS', clock: () => new Date(), newId: () => crypto.randomUUID() },
    ...{ publisher: { publish: refuse, redrive: refuse }, onRecorded: () => reader.forget() },
  });
  const module = apiModule({
    ...{ warehouse, objects, series: new SeriesStore(objects), reader, feed: new RecordedFeed(), actions },
    ...{ apiToken: undefined, instance: { exchange: 'XNYS', code: 'bench', warehouse: 'duckdb' as const } },
  });
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error'], bodyParser: false });
  serveHttp(app);
  await app.listen(port, '127.0.0.1');
  process.on('message', (asked) => {
    if (asked === 'forget') reader.forget();
    process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss });
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ url: await app.getUrl() });
}

const [folder = '', port = '0'] = process.argv.slice(2);
void serve(folder, Number(port));
