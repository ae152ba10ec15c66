import { calendarOf } from '@closing-bell/market';
import { type Publisher } from '@closing-bell/messaging';
import { type ObjectStore, SeriesStore } from '@closing-bell/storage';
import { type Warehouse } from '@closing-bell/warehouse';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Actions } from '../../src/api/actions';
import { type Recorded } from '../../src/api/answers';
import { apiModule } from '../../src/api/api.module';
import { Reader } from '../../src/api/reader';
import { RecordedFeed } from '../../src/api/recorded-feed';
import { serveHttp } from '../../src/http';

export interface ApiUnderTest {
  readonly app: NestExpressApplication;
  readonly url: string;
  /** As the recorder calls it. */
  readonly onRecorded: (recorded: Recorded) => void;
  close(): Promise<void>;
}

interface Given {
  readonly warehouse: Warehouse;
  readonly objects: ObjectStore;
  readonly publisher?: Pick<Publisher, 'publish' | 'redrive'>;
  readonly apiToken?: string;
  readonly clock?: () => Date;
  /** Folder of the built dashboard. */
  readonly dashboard?: string;
}

const SILENT = {
  publish: () => Promise.reject(new Error('nothing was to be said')),
  redrive: () => Promise.reject(new Error('nothing was to be said')),
};

/** The API as the monitor serves it, over HTTP on this machine, with the warehouse and objects that are given. */
export async function runApi({
  warehouse,
  objects,
  publisher = SILENT,
  apiToken,
  clock = () => new Date('2020-03-20T00:00:00Z'),
  dashboard = '/nowhere',
}: Given): Promise<ApiUnderTest> {
  const reader = new Reader(warehouse, () => performance.now());
  const feed = new RecordedFeed();
  const onRecorded = (recorded: Recorded): void => {
    reader.forget();
    feed.tell(recorded);
  };
  let made = 0;
  const newId = (): string => `action-${(made += 1)}`;
  const actions = new Actions({
    ...{ warehouse, objects, publisher, calendarOf, exchange: 'XNYS', clock, newId, onRecorded },
  });
  const module = apiModule({
    ...{ warehouse, objects, series: new SeriesStore(objects), reader, feed, actions, apiToken },
    instance: { exchange: 'XNYS', code: 'test', warehouse: 'duckdb' },
  });
  const app = await NestFactory.create<NestExpressApplication>(module, {
    ...{ logger: false as const, bodyParser: false, abortOnError: false },
  });
  serveHttp(app, dashboard);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl(), onRecorded, close: () => app.close() };
}
