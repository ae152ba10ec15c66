import { type Warehouse, WarehouseUnavailableError } from '@closing-bell/warehouse';
import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ObjectStore, SeriesStore } from '@closing-bell/storage';
import { apiModule } from '../../src/api/api.module';
import { Reader } from '../../src/api/reader';

describe('the API over a warehouse that is away', () => {
  const message = 'Cannot query bigquery://p/d: BigQuery failed (HTTP 503). The work will be tried again.';
  const away: Warehouse = {
    insert: () => Promise.reject(new Error('not asked')),
    query: () =>
      Promise.reject(new WarehouseUnavailableError(message, { warehouse: 'bigquery://p/d', code: 'HTTP 503' })),
    rows: () => {
      throw new Error('not asked');
    },
    close: () => Promise.resolve(),
  };
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    const objects = {} as ObjectStore;
    const module = apiModule({
      warehouse: away,
      objects,
      series: new SeriesStore(objects),
      reader: new Reader(away, () => 0),
      instance: { exchange: 'XNYS', code: 'test', warehouse: 'bigquery', actions: false },
    });
    app = await NestFactory.create(module, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  it.each(['instance', 'universe', 'sessions', 'symbols', 'symbols/AAPL/forecast', 'cascades/abc', 'dead-letters'])(
    'answers 503 to %s and says why',
    async (path) => {
      const answer = await fetch(`${url}/api/${path}`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({ statusCode: 503, error: 'Service Unavailable', message });
    },
  );
});
