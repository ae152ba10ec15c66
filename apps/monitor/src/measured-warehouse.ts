import { PermanentError } from '@closing-bell/contracts';
import { inSpan } from '@closing-bell/tracing';
import { type Parameter, type Relation, type Row, type TableDefinition, type Warehouse } from '@closing-bell/warehouse';
import { type MonitorMetrics } from './monitor-metrics';

/** A failure now and then is made up for by the next attempt. */
const AWAY_MILLISECONDS = 30_000;

/** A warehouse whose work is measured and traced, and that knows whether it has been away for long. */
export class MeasuredWarehouse implements Warehouse {
  private awaySince: number | undefined;
  private said = '';

  /**
   * @param now monotonic milliseconds
   * @param onWritten told of rows that were written
   */
  constructor(
    private readonly inner: Warehouse,
    private readonly metrics: MonitorMetrics,
    private readonly now: () => number,
    private readonly onWritten: <T extends TableDefinition>(table: T, rows: readonly Row<T>[]) => void,
  ) {}

  async insert<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): Promise<void> {
    if (rows.length === 0) return;
    const attributes = { 'db.collection.name': table.name, 'db.operation.batch.size': rows.length };
    await inSpan('warehouse insert', { attributes }, () =>
      this.measured('insert', () => this.inner.insert(table, rows)),
    );
    this.metrics.written(table, rows);
    this.onWritten(table, rows);
  }

  query<T extends object>(sql: string, parameters?: Readonly<Record<string, Parameter>>): Promise<T[]> {
    return this.measured('query', () => this.inner.query<T>(sql, parameters));
  }

  rows(
    relation: Relation,
    options?: { readonly processing?: boolean },
  ): AsyncIterable<readonly Readonly<Record<string, unknown>>[]> {
    return this.inner.rows(relation, options);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** Why the monitor should not be asked just now; undefined while the warehouse does what it is asked. */
  get problem(): string | undefined {
    const away = this.awaySince === undefined ? 0 : this.now() - this.awaySince;
    if (away <= AWAY_MILLISECONDS) return undefined;
    return `the warehouse has been away for ${Math.round(away / 1000)} s: ${this.said}`;
  }

  private async measured<T>(operation: 'insert' | 'query', work: () => Promise<T>): Promise<T> {
    const stop = this.metrics.warehouseSeconds.startTimer({ operation });
    try {
      const result = await work();
      this.awaySince = undefined;
      return result;
    } catch (error) {
      this.metrics.warehouseFailures.inc({ operation });
      // A row that no table takes says nothing about the warehouse.
      if (!(error instanceof PermanentError)) {
        this.awaySince ??= this.now();
        this.said = (error as Error).message;
      }
      throw error;
    } finally {
      stop();
    }
  }
}
