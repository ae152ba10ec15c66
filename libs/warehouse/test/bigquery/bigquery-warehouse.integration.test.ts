import { openWarehouse, tables, warehouseResources } from '../../src';
import { type EmptyWarehouse, warehouseConformance } from '../warehouse-conformance';
import { describeOnBigQueryEmulator } from './real-bigquery-emulator';

const REGION = 'EU';

describeOnBigQueryEmulator('the BigQuery warehouse on an emulator', (emulator) => {
  const options = () => ({ bigQueryEndpoint: emulator.url, bigQueryStorageEndpoint: emulator.grpcAddress });
  const newUrl = () => `bigquery://${emulator.project}/${emulator.newDataset()}`;

  async function setUp(url: string): Promise<void> {
    for (const resource of warehouseResources(url, REGION, options())) await resource.apply();
  }

  /** What REST calls say, for what the adapter would not do. */
  async function rest(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${emulator.url}/bigquery/v2/projects/${emulator.project}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  }

  describe('as every warehouse,', () => {
    warehouseConformance(async (): Promise<EmptyWarehouse> => {
      const url = newUrl();
      await setUp(url);
      return { open: () => openWarehouse(url, options()) };
    });
  });

  describe('set-up', () => {
    let url: string;
    beforeEach(() => {
      url = newUrl();
    });
    const dataset = () => url.split('/').at(-1);
    const differences = (region = REGION) =>
      Promise.all(
        warehouseResources(url, region, options()).map(async (resource) => ({
          what: `${resource.kind} ${resource.name}`,
          ...(await resource.difference()),
        })),
      );
    const differing = async (region?: string) => (await differences(region)).filter(({ action }) => action !== 'keep');

    it('makes dataset, tables and views, and then finds nothing to do', async () => {
      const before = await differences();
      expect(new Set(before.map(({ action }) => action))).toEqual(new Set(['create']));
      expect(before[0]).toEqual({ what: `dataset ${dataset()}`, action: 'create', details: ['in EU'] });
      expect(before.map(({ what }) => what)).toEqual(
        expect.arrayContaining(['table bars_appends', 'view bars', 'view pipeline_health']),
      );
      await setUp(url);
      expect(await differing()).toEqual([]);
    });

    it('describes, splits and clusters tables as they are defined', async () => {
      await setUp(url);
      expect(await rest('GET', `datasets/${dataset()}/tables/forecasts_appends`)).toMatchObject({
        timePartitioning: { type: 'MONTH', field: 'origin_session' },
        clustering: { fields: ['symbol', 'horizon', 'model_version', 'append_id'] },
        description: expect.stringContaining('Read forecasts, which shows the first of each key') as string,
        schema: {
          fields: expect.arrayContaining([
            { name: 'p05', type: 'FLOAT', mode: 'REQUIRED', description: 'Lower end of the 90 % interval, a price.' },
          ]) as unknown,
        },
      });
      expect(await rest('GET', `datasets/${dataset()}/tables/coverage_by_month`)).toMatchObject({
        type: 'VIEW',
        description: expect.stringContaining('How matured forecasts fared') as string,
      });
    });

    it('by two at once is harmless', async () => {
      await Promise.all([setUp(url), setUp(url)]);
      expect(await differing()).toEqual([]);
    });

    it('finds what an older release made, says so, and brings it forward with its rows', async () => {
      await setUp(url);
      // As release 0.1 would have made it: without the column, and with one that needed a value.
      const path = `datasets/${dataset()}/tables/model_decisions_appends`;
      const { schema } = (await rest('GET', path)) as { schema: { fields: { name: string; mode: string }[] } };
      await rest('DELETE', path);
      const fields = schema.fields.filter(({ name }) => name !== 'reason_codes');
      await rest('POST', `datasets/${dataset()}/tables`, {
        tableReference: { projectId: emulator.project, datasetId: dataset(), tableId: 'model_decisions_appends' },
        schema: { fields },
        timePartitioning: { type: 'MONTH', field: 'session' },
      });
      const row = {
        ...{
          append_id: '2020-03-16',
          symbol: 'OLD',
          session: '2020-03-16',
          trigger: 'features-computed',
          decision: 'kept',
        },
        ...{
          reasons: '[]',
          model_version: 1,
          record_uri: 'r',
          record_sha256: 's',
          message_id: 'm',
          recorded_at: '2020-03-16T20:00:00Z',
        },
      };
      await rest('POST', `${path}/insertAll`, { rows: [{ json: row }] });

      await expect(openWarehouse(url, options())).rejects.toThrow(
        `bigquery://closing-bell/${dataset()} lacks model_decisions_appends.reason_codes. \`closing-bell setup\` makes what is missing.`,
      );
      expect(await differing()).toEqual([
        {
          what: 'table model_decisions_appends',
          action: 'update',
          changes: ['column reason_codes: added', 'descriptions or clustering'],
        },
      ]);
      await setUp(url);
      expect(await differing()).toEqual([]);
      const warehouse = await openWarehouse(url, options());
      await warehouse.insert(tables.modelDecisions, [
        {
          ...{
            symbol: 'NEW',
            session: '2020-03-16',
            trigger: 'features-computed',
            decision: 'kept',
            reasons: '[]',
            reason_codes: 'age',
          },
          ...{
            model_version: 1,
            record_uri: 'r',
            record_sha256: 's',
            message_id: 'n',
            recorded_at: '2020-03-16T20:00:00.000Z',
          },
        },
      ]);
      expect(await warehouse.query('SELECT symbol, reason_codes FROM model_decisions ORDER BY symbol')).toEqual([
        { symbol: 'NEW', reason_codes: 'age' },
        { symbol: 'OLD', reason_codes: null },
      ]);
      await warehouse.close();
    });

    it('puts a view right whose definition is another', async () => {
      await setUp(url);
      await rest('PATCH', `datasets/${dataset()}/tables/model_history`, { labels: { definition: 'older' } });
      expect(await differing()).toEqual([
        { what: 'view model_history', action: 'update', changes: ['its SQL or its descriptions'] },
      ]);
      await setUp(url);
      expect(await differing()).toEqual([]);
    });

    it('refuses what cannot be changed where it is, and says what to do', async () => {
      await setUp(url);
      expect(await differing('US')).toEqual([
        {
          what: `dataset ${dataset()}`,
          action: 'refuse',
          changes: ['location: EU → US'],
          advice: 'A dataset cannot be moved. Set CLOSING_BELL_LOCATION to where it is, or name another one.',
        },
      ]);
      const path = `datasets/${dataset()}/tables/redrives_appends`;
      await rest('DELETE', path);
      await rest('POST', `datasets/${dataset()}/tables`, {
        tableReference: { projectId: emulator.project, datasetId: dataset(), tableId: 'redrives_appends' },
        schema: { fields: [{ name: 'dead_letter_id', type: 'INTEGER', mode: 'REQUIRED' }] },
      });
      expect(await differing()).toEqual([
        {
          what: 'table redrives_appends',
          action: 'refuse',
          changes: [
            'column append_id is missing, and rows without it are there',
            'column dead_letter_id is INTEGER, not STRING',
            'column recorded_at is missing, and rows without it are there',
          ],
          advice: 'It cannot be brought forward where it is. Name another dataset, and replay the closes into it.',
        },
      ]);
    });
  });

  it('that is not there is told in one line when it is opened', async () => {
    const url = newUrl();
    const failure = (await openWarehouse(url, options()).catch((error: Error) => error)) as Error;
    expect(failure.message).toMatch(/`closing-bell setup` makes what is missing/);
    expect(failure.message).toContain(url);
    expect(failure.message).not.toContain('\n');
  });
});
