import { type Warehouse, WarehouseUnavailableError } from '@closing-bell/warehouse';
import { type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ApiController } from '../src/api.controller';
import { Queries } from '../src/queries';

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
    const testing = await Test.createTestingModule({
      controllers: [ApiController],
      providers: [{ provide: Queries, useValue: new Queries(away) }],
    }).compile();
    app = testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  it.each(['sessions', 'symbols', 'forecasts/AAPL', 'cascades/abc', 'dead-letters'])(
    'answers 503 to %s and says why',
    async (path) => {
      const answer = await fetch(`${url}/api/${path}`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({ statusCode: 503, error: 'Service Unavailable', message });
    },
  );
});
