import { PermanentError } from '@closing-bell/contracts';
import { type Row, tables, type Warehouse } from '@closing-bell/warehouse';
import { Registry } from 'prom-client';
import { MeasuredWarehouse } from '../src/measured-warehouse';
import { MonitorMetrics } from '../src/monitor-metrics';

const redrive = (id: string): Row<typeof tables.redrives> => ({
  dead_letter_id: id,
  recorded_at: '2020-03-16T20:00:00.000Z',
});

function drift(symbol: string, alarmed: boolean): Row<typeof tables.driftScores> {
  return {
    ...{ symbol, session: '2020-03-16', column: 'log_return', test: 'ks-distance', score: 0.4, threshold: 0.3 },
    ...{ alarmed, bars_sha256: 'a', rule: 'calibrated', drifted: alarmed, recorded_at: '2020-03-16T20:00:00.000Z' },
  };
}

describe('MeasuredWarehouse', () => {
  let registry: Registry;
  let now: number;
  let failure: Error | undefined;
  let written: string[];
  let warehouse: MeasuredWarehouse;
  const answer = <T>(value: T): Promise<T> => (failure ? Promise.reject(failure) : Promise.resolve(value));
  beforeEach(() => {
    registry = new Registry();
    now = 0;
    failure = undefined;
    written = [];
    const inner: Warehouse = {
      insert: () => answer(undefined),
      query: () => answer([]),
      rows: () => {
        throw new Error('not asked');
      },
      close: () => Promise.resolve(),
    };
    const metrics = new MonitorMetrics(registry, () => new Date(0));
    warehouse = new MeasuredWarehouse(
      inner,
      metrics,
      () => now,
      ({ name }) => written.push(name),
    );
  });
  const text = () => registry.metrics();

  it('counts rows by table and alarms by test, and times the work', async () => {
    await warehouse.insert(tables.redrives, [redrive('a'), redrive('b')]);
    await warehouse.insert(tables.driftScores, [drift('AAPL', true), drift('MSFT', false)]);
    await warehouse.query('SELECT 1');
    expect(await text()).toContain('closing_bell_warehouse_rows_total{table="redrives"} 2');
    expect(await text()).toContain('closing_bell_drift_alarms_total{test="ks-distance"} 1');
    expect(await text()).toContain('closing_bell_warehouse_seconds_count{operation="insert"} 2');
    expect(await text()).toContain('closing_bell_warehouse_seconds_count{operation="query"} 1');
    expect(written).toEqual(['redrives', 'drift_scores']);
  });

  it('counts what fails, and neither its rows nor rows that are none', async () => {
    failure = new Error('the disk is full');
    await expect(warehouse.insert(tables.redrives, [redrive('a')])).rejects.toBe(failure);
    await warehouse.insert(tables.redrives, []);
    expect(await text()).toContain('closing_bell_warehouse_failures_total{operation="insert"} 1');
    expect(await text()).not.toContain('table="redrives"');
    expect(written).toEqual([]);
  });

  it('says that it is away when it has failed for half a minute, until it does something again', async () => {
    failure = new Error('the disk is full');
    await warehouse.query('SELECT 1').catch(() => undefined);
    now = 30_000;
    expect(warehouse.problem).toBeUndefined();
    now = 31_000;
    expect(warehouse.problem).toBe('the warehouse has been away for 31 s: the disk is full');
    failure = undefined;
    await warehouse.query('SELECT 1');
    expect(warehouse.problem).toBeUndefined();
  });

  it('does not take a row that no table takes for a warehouse that is away', async () => {
    failure = new PermanentError('no such column', { reason: 'invalid-row' });
    await warehouse.insert(tables.redrives, [redrive('a')]).catch(() => undefined);
    now = 60_000;
    expect(warehouse.problem).toBeUndefined();
  });
});
