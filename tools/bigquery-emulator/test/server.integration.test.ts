import { describeOnBigQueryEmulator } from '../../../libs/warehouse/test/bigquery/real-bigquery-emulator';

describeOnBigQueryEmulator('The BigQuery emulator', (bigquery) => {
  async function ask(path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${bigquery.url}/bigquery/v2/projects/${bigquery.project}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  }

  it('keeps a table of a new dataset, and what is inserted into it', async () => {
    const datasetId = bigquery.newDataset();
    await ask('/datasets', { datasetReference: { projectId: bigquery.project, datasetId } });
    const fields = [
      { name: 'symbol', type: 'STRING', mode: 'REQUIRED' },
      { name: 'close', type: 'FLOAT' },
    ];
    const table = { projectId: bigquery.project, datasetId, tableId: 'bars' };
    await ask(`/datasets/${datasetId}/tables`, { tableReference: table, schema: { fields } });
    await ask('/queries', {
      useLegacySql: false,
      query: `INSERT INTO ${datasetId}.bars (symbol, close) VALUES ('^GSPC', 2237.4)`,
    });

    expect(await ask(`/datasets/${datasetId}/tables/bars`)).toMatchObject({ tableReference: table });
    const { rows } = await ask('/queries', {
      useLegacySql: false,
      query: `SELECT symbol, close FROM ${datasetId}.bars`,
    });
    expect(rows).toEqual([{ f: [{ v: '^GSPC' }, { v: '2237.4' }] }]);
  });
});
