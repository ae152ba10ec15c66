import { type AttemptLimits, withAttempts } from '@closing-bell/google-cloud';
import type { BigQuery, Dataset, Query } from '@google-cloud/bigquery';
import type { managedwriter } from '@google-cloud/bigquery-storage';
import { bigQueryFailure, passes } from './bigquery-failure';
import { type BigQueryLocation } from './bigquery-location';

/** For services, whose messages wait meanwhile: long enough for a restart of what is asked, shorter than a message's lease. */
export const LIMITS: AttemptLimits = { totalMs: 120_000, attemptMs: 60_000, firstPauseMs: 250, longestPauseMs: 8000 };
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/;

/** What the adapter takes of the world. */
export interface BigQueryOptions {
  /** Address to ask in place of Google's, such as an emulator's: `http://127.0.0.1:9050`. */
  readonly endpoint?: string | undefined;
  /** Address of this machine to append to in place of Google's, by gRPC without encryption: `127.0.0.1:9060`. */
  readonly storageEndpoint?: string | undefined;
  readonly limits?: AttemptLimits;
  /** 0 to 1, spreads the pauses of several askers. */
  readonly random?: () => number;
}

/** Both of Google's clients for one dataset, loaded by the first call. Every request has limits, and its failures are told in one way. */
export class BigQueryConnection {
  private client: Promise<BigQuery> | undefined;
  private readonly limits: AttemptLimits;
  private readonly random: () => number;

  constructor(
    readonly location: BigQueryLocation,
    private readonly options: BigQueryOptions = {},
  ) {
    this.limits = options.limits ?? LIMITS;
    this.random = options.random ?? Math.random;
  }

  /** Asks about the dataset. @throws WarehouseUnavailableError */
  async ask<T>(action: string, request: (dataset: Dataset) => Promise<T>): Promise<T> {
    return this.attempt(action, async () => request((await this.open()).dataset(this.location.datasetId)));
  }

  /** Runs a query to its end and gives its pages. @throws WarehouseUnavailableError */
  async *pages(query: Query, rowsAPage: number): AsyncIterable<readonly Readonly<Record<string, unknown>>[]> {
    // A job and not the shorter way of one request: it takes any time, and its results can be asked for by page.
    const job = await this.attempt('query', async () => {
      const [created] = await (await this.open()).createQueryJob({ ...query, defaultDataset: this.location });
      await created.getQueryResults({ maxResults: 0, autoPaginate: false });
      return created;
    });
    let pageToken: string | undefined;
    do {
      const options = { maxResults: rowsAPage, autoPaginate: false, ...(pageToken === undefined ? {} : { pageToken }) };
      const [rows, next] = await this.attempt('query', () => job.getQueryResults(options));
      pageToken = next?.pageToken ?? undefined;
      if (rows.length > 0) yield rows as Record<string, unknown>[];
    } while (pageToken !== undefined);
  }

  /** A client of the Storage Write API of its own, which whoever asks for it closes. */
  async newWriterClient(): Promise<managedwriter.WriterClient> {
    const { managedwriter } = await import('@google-cloud/bigquery-storage');
    const { projectId } = this.location;
    const { storageEndpoint } = this.options;
    if (storageEndpoint === undefined) return new managedwriter.WriterClient({ projectId });
    const [, host, port] = LOOPBACK.exec(storageEndpoint) ?? [];
    if (host === undefined) throw new Error(`"${storageEndpoint}" is no address of this machine`);
    const { credentials } = await import('@grpc/grpc-js');
    const { PassThroughClient } = await import('google-auth-library');
    return new managedwriter.WriterClient({
      projectId,
      apiEndpoint: host,
      port: Number(port),
      sslCreds: credentials.createInsecure(),
      // The client has a copy of that library of its own, whose class is the same but for its name to the compiler.
      authClient: new PassThroughClient() as never,
    });
  }

  /** Makes attempts within the limits. @throws WarehouseUnavailableError */
  async attempt<T>(action: string, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await withAttempts(this.limits, { passes, random: this.random }, request);
    } catch (error) {
      throw bigQueryFailure(action, this.location, error);
    }
  }

  private open(): Promise<BigQuery> {
    this.client ??= this.load();
    return this.client;
  }

  private async load(): Promise<BigQuery> {
    const { BigQuery } = await import('@google-cloud/bigquery');
    const { PassThroughClient } = await import('google-auth-library');
    const { endpoint } = this.options;
    return new BigQuery({
      projectId: this.location.projectId,
      // Attempts are this class's own: the client's take no limit of time.
      autoRetry: false,
      ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
      // The client would send the account's token to any address, and look for an account even where none is needed.
      ...(endpoint === undefined || isGoogle(endpoint) ? {} : { authClient: new PassThroughClient() }),
    });
  }
}

function isGoogle(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === 'https:' && (hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com'));
}
