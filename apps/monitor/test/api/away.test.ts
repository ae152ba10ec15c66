import { type ObjectStore } from '@closing-bell/storage';
import { type Warehouse, WarehouseUnavailableError } from '@closing-bell/warehouse';
import { type ApiUnderTest, runApi } from './running-api';

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
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await runApi({ warehouse: away, objects: {} as ObjectStore });
  });
  afterAll(() => api.close());

  it.each(['instance', 'universe', 'sessions', 'symbols', 'symbols/AAPL/forecast', 'cascades/abc', 'dead-letters'])(
    'answers 503 to %s and says why',
    async (path) => {
      const answer = await fetch(`${api.url}/api/${path}`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({ statusCode: 503, error: 'Service Unavailable', message });
    },
  );
});
