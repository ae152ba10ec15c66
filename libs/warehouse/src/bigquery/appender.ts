import { type managedwriter } from '@google-cloud/bigquery-storage';
import { InBatches } from '../in-batches';
import { type Column, type TableDefinition } from '../table';
import { WarehouseUnavailableError } from '../warehouse';
import { type BigQueryConnection } from './bigquery-connection';
import { fieldsOf } from './bigquery-fields';

type WireRow = Readonly<Record<string, unknown>>;

/** BigQuery takes 10 MB a request, emulators gRPC’s usual 4 MB. Rows take more as JSON, by which they are measured, than as protocol buffers. */
const REQUEST_BYTES = 3_500_000;

interface OpenStream {
  readonly client: managedwriter.WriterClient;
  readonly writer: managedwriter.JSONWriter;
}

/**
 * Appends rows to one table by its default stream of the Storage Write API: they are durable and visible once it has answered. An append
 * whose answer is lost is repeated, so a row may come twice. Rows that come while an append is under way share the next one.
 */
export class Appender {
  private readonly batches: InBatches<readonly WireRow[]>;
  private stream: Promise<OpenStream> | undefined;

  constructor(
    private readonly connection: BigQueryConnection,
    private readonly table: TableDefinition,
  ) {
    this.batches = new InBatches(
      (batch) => this.appendAll(batch.flat()),
      (error) => error instanceof WarehouseUnavailableError,
    );
  }

  /** Resolves when the rows are durable. @throws WarehouseUnavailableError */
  append(rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    return this.batches.add(rows.map((row) => wireRow(this.table.columns, row)));
  }

  async close(): Promise<void> {
    await this.batches.idle();
    await this.closeStream();
  }

  private async appendAll(rows: readonly WireRow[]): Promise<void> {
    for (const request of requestsOf(rows)) {
      await this.connection.attempt(`append to ${this.table.name} in`, async (signal) => {
        // Whatever went wrong, the next attempt begins with a connection of which nothing is pending.
        signal.addEventListener('abort', () => void this.closeStream());
        try {
          await this.appendOnce(request);
        } catch (error) {
          await this.closeStream();
          throw error;
        }
      });
    }
  }

  private async appendOnce(rows: readonly WireRow[]): Promise<void> {
    this.stream ??= this.openStream();
    const { writer } = await this.stream;
    const { error, rowErrors } = await writer.appendRows(rows as Parameters<typeof writer.appendRows>[0]).getResult();
    if (!error) return;
    const details = (rowErrors ?? []).map(({ index, message }) => `row ${index?.toString() ?? '?'}: ${message ?? ''}`);
    throw Object.assign(new Error([error.message ?? '', ...details.slice(0, 3)].join(' ')), { code: error.code });
  }

  private async openStream(): Promise<OpenStream> {
    const { adapt, managedwriter } = await import('@google-cloud/bigquery-storage');
    const { projectId, datasetId } = this.connection.location;
    const client = await this.connection.newWriterClient();
    const stream = await client.createStreamConnection({
      streamId: `projects/${projectId}/datasets/${datasetId}/tables/${this.table.name}/streams/_default`,
    });
    // An append that is under way is told of it by its own result; without a listener the process would end.
    stream.onConnectionError(() => undefined);
    const schema = adapt.convertBigQuerySchemaToStorageTableSchema({ fields: fieldsOf(this.table) });
    const writer = new managedwriter.JSONWriter({
      connection: stream,
      protoDescriptor: adapt.convertStorageSchemaToProto2Descriptor(schema, 'root'),
    });
    return { client, writer };
  }

  private async closeStream(): Promise<void> {
    const { stream } = this;
    this.stream = undefined;
    try {
      const open = await stream;
      open?.writer.close();
      await open?.client.getClient().close();
    } catch {
      // It was never open, or is gone already.
    }
  }
}

/** Values as the client encodes them: days and times as dates. */
function wireRow(columns: Readonly<Record<string, Column>>, row: Readonly<Record<string, unknown>>): WireRow {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { type }]) => {
      const value = row[name];
      return [name, (type === 'date' || type === 'timestamp') && value !== null ? new Date(value as string) : value];
    }),
  );
}

/** Rows in as few requests as take them. */
function requestsOf(rows: readonly WireRow[]): WireRow[][] {
  const requests: WireRow[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row));
    if (bytes + size > REQUEST_BYTES) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)?.push(row);
    bytes += size;
  }
  return requests;
}
