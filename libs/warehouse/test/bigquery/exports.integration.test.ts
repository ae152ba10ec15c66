import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeRows,
  EXPORT_FORMATS,
  openWarehouse,
  tables,
  views,
  type Warehouse,
  warehouseResources,
} from '../../src';
import { type Relation, type TableDefinition } from '../../src/table';
import { awkwardRow } from '../awkward-row';
import { describeOnBigQueryEmulator } from './real-bigquery-emulator';

const ROWS = 30;

describeOnBigQueryEmulator('exports', (emulator) => {
  let folder: string;
  let warehouses: Warehouse[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-export-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => Promise.all(warehouses.map((warehouse) => warehouse.close())));

  /** A warehouse of each kind with the same rows, written in another order. */
  async function filled(easier: Parameters<typeof awkwardRow>[2] = {}): Promise<void> {
    const url = `bigquery://${emulator.project}/${emulator.newDataset()}`;
    const options = { bigQueryEndpoint: emulator.url, bigQueryStorageEndpoint: emulator.grpcAddress };
    for (const resource of warehouseResources(url, 'EU', options)) await resource.apply();
    const file = `duckdb:${mkdtempSync(join(folder, 'warehouse-'))}/warehouse.duckdb`;
    warehouses = [await openWarehouse(file), await openWarehouse(url, options)];
    const [duckdb, bigquery] = warehouses;
    for (const table of Object.values<TableDefinition>(tables)) {
      const rows = Array.from({ length: ROWS }, (_, n) => awkwardRow(table, n, easier)) as never[];
      await duckdb?.insert(table, rows);
      await bigquery?.insert(table, rows.toReversed());
    }
  }

  /** What both warehouses give of a relation, in each format, with and without the columns of processing. */
  async function expectSame(relation: Relation): Promise<void> {
    for (const format of EXPORT_FORMATS) {
      for (const processing of [false, true]) {
        const [first, second] = await Promise.all(
          warehouses.map(async (warehouse) => {
            const parts: Uint8Array[] = [];
            const rows = warehouse.rows(relation, { processing });
            for await (const part of encodeRows(relation, rows, { format, processing })) parts.push(part);
            return Buffer.concat(parts);
          }),
        );
        const what = `${relation.name} as ${format}`;
        if (format !== 'parquet') expect([what, second?.toString()]).toEqual([what, first?.toString()]);
        expect([what, first?.equals(second ?? Buffer.of())]).toEqual([what, true]);
        if (format === 'json') expect(first?.toString().split('\n').length).toBeGreaterThan(1);
      }
    }
  }

  it('of every table are the same bytes from BigQuery as from DuckDB', async () => {
    await filled();
    for (const table of Object.values<Relation>(tables)) await expectSame(table);
  });

  it('of every view are the same bytes from BigQuery as from DuckDB', async () => {
    // Sums in the views are of prices: what has no nine decimals overflows them.
    await filled({ float: 1 / 3, date: '2020-02-28' });
    for (const view of Object.values<Relation>(views)) await expectSame(view);
  });
});
