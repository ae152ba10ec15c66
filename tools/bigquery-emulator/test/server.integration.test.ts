import { adapt, managedwriter } from '@google-cloud/bigquery-storage';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { availableParallelism } from 'node:os';
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

  it('answers queries while more streams of appends are open than the machine has threads for by itself', async () => {
    const datasetId = bigquery.newDataset();
    await ask('/datasets', { datasetReference: { projectId: bigquery.project, datasetId } });
    const tableReference = { projectId: bigquery.project, datasetId, tableId: 'rows' };
    const fields = [{ name: 'stream', type: 'STRING', mode: 'REQUIRED' }];
    await ask(`/datasets/${datasetId}/tables`, { tableReference, schema: { fields } });
    const [servicePath, port] = bigquery.grpcAddress.split(':');
    const client = new managedwriter.WriterClient({
      projectId: bigquery.project,
      ...{ apiEndpoint: servicePath ?? '', port: Number(port), sslCreds: credentials.createInsecure() },
      // The client has a copy of that library of its own, whose class is the same but for its name to the compiler.
      authClient: new PassThroughClient() as never,
    });
    const schema = adapt.convertBigQuerySchemaToStorageTableSchema({ fields });
    const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(schema, 'root');
    const streamId = `projects/${bigquery.project}/datasets/${datasetId}/tables/rows/streams/_default`;
    // Two more than the threads that Python gives an event loop.
    const streams = await Promise.all(
      Array.from({ length: availableParallelism() + 6 }, () => client.createStreamConnection({ streamId })),
    );
    const appends = streams.flatMap((connection, index) => {
      const writer = new managedwriter.JSONWriter({ connection, protoDescriptor });
      return Array.from({ length: 10 }, () => writer.appendRows([{ stream: String(index) }]).getResult());
    });
    const count = () =>
      ask('/queries', { useLegacySql: false, query: `SELECT COUNT(*) FROM ${datasetId}.rows` }).then(
        ({ rows }) => rows,
      );
    const queries = Array.from({ length: 30 }, count);
    for (const { error } of await Promise.all(appends)) expect(error ?? null).toBeNull();
    await Promise.all(queries);
    expect(await count()).toEqual([{ f: [{ v: String(appends.length) }] }]);
    client.close();
  });
});
