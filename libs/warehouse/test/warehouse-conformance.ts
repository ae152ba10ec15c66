import { PermanentError } from '@closing-bell/contracts';
import { exportRows, type Row, tables, views, type Warehouse } from '../src';
import { awkwardRow } from './awkward-row';
import { bar, RECORDED } from './bar';
import { type Relation, type TableDefinition } from '../src/table';

/** A warehouse with nothing in it. */
export interface EmptyWarehouse {
  /** Opens it: again after it was closed, or a second time beside the first where several processes may. */
  open(): Promise<Warehouse>;
}

/** What an adapter lacks, and why. */
export interface WarehouseLacks {
  /** Why no two processes may write at once. */
  readonly severalWriters?: string;
}

const insertAny = (warehouse: Warehouse, table: TableDefinition, rows: readonly Record<string, unknown>[]) =>
  warehouse.insert(table, rows as never);

async function allRows(warehouse: Warehouse, relation: Relation): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const some of warehouse.rows(relation, { processing: true })) rows.push(...some);
  return rows;
}

/** The order of keys that every warehouse gives: dates and numbers by value, text by its UTF-8 bytes. */
function byKey(table: Relation): (a: Record<string, unknown>, b: Record<string, unknown>) => number {
  return (a, b) => {
    for (const column of table.key) {
      const [x, y] = [a[column], b[column]];
      const order =
        typeof x === 'number' ? x - Number(y) : Buffer.compare(Buffer.from(String(x)), Buffer.from(String(y)));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return items
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** What every adapter of the warehouse does, tested on the real thing. */
export function warehouseConformance(newWarehouse: () => Promise<EmptyWarehouse>, lacks: WarehouseLacks = {}): void {
  let place: EmptyWarehouse;
  let warehouse: Warehouse;
  const opened: Warehouse[] = [];
  const open = async (): Promise<Warehouse> => {
    const one = await place.open();
    opened.push(one);
    return one;
  };
  const close = async (one: Warehouse): Promise<void> => {
    opened.splice(opened.indexOf(one), 1);
    await one.close();
  };

  beforeEach(async () => {
    place = await newWarehouse();
    warehouse = await open();
  });
  afterEach(async () => {
    for (const one of [...opened]) await close(one);
  });

  describe('a row', () => {
    it.each(Object.values<TableDefinition>(tables).map((table) => [table.name, table] as const))(
      'of %s comes back as it was written, to the bit',
      async (_, table) => {
        const rows = Array.from({ length: 14 }, (__, n) => awkwardRow(table, n));
        await insertAny(warehouse, table, rows);
        expect(await allRows(warehouse, table)).toEqual(rows.sort(byKey(table)));
      },
    );

    it('is seen by every query that begins after it was written', async () => {
      for (let n = 0; n < 10; n++) {
        await warehouse.insert(tables.bars, [bar(`S${n}`, '2020-03-16')]);
        expect(await warehouse.query('SELECT COUNT(*) AS bars FROM bars')).toEqual([{ bars: n + 1 }]);
      }
    });

    it('is there again when the warehouse is opened again', async () => {
      await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]);
      await close(warehouse);
      warehouse = await open();
      expect(await warehouse.query('SELECT symbol FROM bars')).toEqual([{ symbol: 'AAPL' }]);
    });

    it('that is none of its table is a permanent error which names column and value, and the others that wait with it are written', async () => {
      const broken = { ...bar('AAPL', '2020-03-17'), session: 'not a day' };
      const results = await Promise.allSettled([
        warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16')]),
        warehouse.insert(tables.bars, [broken]),
        warehouse.insert(tables.bars, [bar('AAPL', '2020-03-18')]),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      const reason = (results[1] as PromiseRejectedResult).reason as Error;
      expect(reason).toBeInstanceOf(PermanentError);
      expect(reason.message).toBe('table bars, row (AAPL, not a day): column session takes date, not "not a day"');
      expect(await warehouse.query('SELECT session FROM bars ORDER BY session')).toEqual([
        { session: '2020-03-16' },
        { session: '2020-03-18' },
      ]);
    });

    it.each([
      ['close', NaN],
      ['close', '1'],
      ['repairs', 1.5],
      ['symbol', null],
      ['recorded_at', '2020-03-16 20:00'],
    ])('whose %s is %p is refused', async (column, value) => {
      await expect(
        insertAny(warehouse, tables.bars, [{ ...bar('AAPL', '2020-03-16'), [column]: value }]),
      ).rejects.toThrow(`column ${column} takes`);
    });
  });

  describe('a key', () => {
    it('keeps its first row, whether the second comes in the same batch, at once or later', async () => {
      await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16', 1), bar('AAPL', '2020-03-16', 2)]);
      await Promise.all([
        warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16', 3)]),
        warehouse.insert(tables.bars, [bar('AAPL', '2020-03-17', 4), bar('AAPL', '2020-03-17', 5)]),
        warehouse.insert(tables.bars, [bar('AAPL', '2020-03-17', 6)]),
      ]);
      expect(await warehouse.query('SELECT session, close FROM bars ORDER BY session')).toEqual([
        { session: '2020-03-16', close: 1 },
        { session: '2020-03-17', close: 4 },
      ]);
    });

    it('keeps it over closing and opening', async () => {
      await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16', 1)]);
      await close(warehouse);
      warehouse = await open();
      await warehouse.insert(tables.bars, [bar('AAPL', '2020-03-16', 2)]);
      expect(await warehouse.query('SELECT close FROM bars')).toEqual([{ close: 1 }]);
    });

    it.each(Object.values<TableDefinition>(tables).map((table) => [table.name, table] as const))(
      'of %s is there once, however often and in whatever order its row comes',
      async (_, table) => {
        const rows = Array.from({ length: 20 }, (__, n) => awkwardRow(table, n));
        const thrice = shuffled([...rows, ...rows, ...rows], 7);
        const pieces = Array.from({ length: 12 }, (__, n) => thrice.slice(n * 5, n * 5 + 5));
        await Promise.all(pieces.slice(0, 6).map((piece) => insertAny(warehouse, table, piece)));
        for (const piece of pieces.slice(6)) await insertAny(warehouse, table, piece);
        expect(await allRows(warehouse, table)).toEqual(rows.sort(byKey(table)));
      },
    );

    const withSeveral = lacks.severalWriters === undefined ? it : it.skip;
    withSeveral(
      `is there once when two writers write it at the same time${lacks.severalWriters === undefined ? '' : ` (${lacks.severalWriters})`}`,
      async () => {
        const other = await open();
        const rows = Array.from({ length: 200 }, (_, n) => bar(`S${n}`, '2020-03-16', n));
        const piecesOf = (seed: number) =>
          Array.from({ length: 20 }, (_, n) => shuffled(rows, seed).slice(n * 10, n * 10 + 10));
        await Promise.all([
          ...piecesOf(3).map((piece) => warehouse.insert(tables.bars, piece)),
          ...piecesOf(5).map((piece) => other.insert(tables.bars, piece)),
        ]);
        for (const one of [warehouse, other]) {
          expect(await one.query('SELECT COUNT(*) AS bars, COUNT(DISTINCT symbol) AS symbols FROM bars')).toEqual([
            { bars: 200, symbols: 200 },
          ]);
        }
        expect(await allRows(warehouse, tables.bars)).toEqual(rows.sort(byKey(tables.bars)));
      },
    );
  });

  describe('a query', () => {
    const EVIL = "A'; DROP TABLE bars; --";

    it('takes parameters as values, never as SQL', async () => {
      await warehouse.insert(tables.bars, [bar(EVIL, '2020-03-16')]);
      const rows = await warehouse.query('SELECT close FROM bars WHERE symbol = @symbol AND close > @least', {
        symbol: EVIL,
        least: 1,
      });
      expect(rows).toEqual([{ close: 100.25 }]);
    });

    it('takes a list and days as parameters', async () => {
      await warehouse.insert(
        tables.bars,
        ['AAPL', EVIL, 'MSFT', 'IBM'].map((symbol, n) => bar(symbol, `2020-03-1${n}`)),
      );
      const rows = await warehouse.query<{ symbol: string }>(
        `SELECT symbol FROM bars WHERE symbol IN (SELECT * FROM UNNEST(@symbols))
         AND session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE) ORDER BY symbol`,
        { symbols: [EVIL, 'AAPL', 'IBM'], from: '2020-03-10', to: '2020-03-12' },
      );
      expect(rows.map(({ symbol }) => symbol)).toEqual([EVIL, 'AAPL'].sort());
    });

    it('that is wrong fails with what is wrong, and the next one works', async () => {
      await expect(warehouse.query('SELECT nonsense FROM bars')).rejects.toThrow(/nonsense/);
      expect(await warehouse.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  });

  describe('all rows of a table', () => {
    it('come in the order of the key and without the times of writing', async () => {
      await warehouse.insert(tables.bars, [
        bar('MSFT', '2020-03-16'),
        bar('éclair', '2020-03-16'),
        bar('AAPL', '2020-03-17'),
      ]);
      await warehouse.insert(tables.bars, [
        bar('AAPL', '2020-03-16'),
        bar('Zebra', '2020-03-16'),
        bar('aapl', '2020-03-16'),
      ]);
      const rows = await exportRows(warehouse, tables.bars);
      expect(rows.map(({ symbol, session }) => [symbol, session])).toEqual([
        ['AAPL', '2020-03-16'],
        ['AAPL', '2020-03-17'],
        ['MSFT', '2020-03-16'],
        ['Zebra', '2020-03-16'],
        ['aapl', '2020-03-16'],
        ['éclair', '2020-03-16'],
      ]);
      expect(rows[0]).not.toHaveProperty('recorded_at');
    });

    it('come piece by piece where there are many, while others are written', async () => {
      const rows = Array.from({ length: 25_000 }, (_, n) => bar(`S${String(n).padStart(5, '0')}`, '2020-03-16', n + 1));
      await warehouse.insert(tables.bars, rows);
      const pieces: number[] = [];
      let expected = 0;
      for await (const some of warehouse.rows(tables.bars)) {
        pieces.push(some.length);
        for (const { close } of some) expect(close).toBe(++expected);
        if (pieces.length === 1)
          await warehouse.insert(tables.marketCloses, [awkwardRow(tables.marketCloses, 1) as never]);
      }
      expect(expected).toBe(25_000);
      expect(pieces.length).toBeGreaterThan(1);
    });
  });

  describe('a view', () => {
    it.each(Object.values(views).map((view) => [view.name, view] as const))(
      '%s has the columns of its definition, and no row without data',
      async (_, view) => {
        expect(await exportRows(warehouse, view)).toEqual([]);
      },
    );

    it('forecast_vs_actual has forecasts with and without an outcome, and says which is the last', async () => {
      await insertForecasts(warehouse);
      const rows = await exportRows(warehouse, views.forecastVsActual);
      expect(
        rows.map(
          ({ origin_session, model_version, last_version, latest_origin, actual_close, inside_90, naive_error }) => [
            origin_session,
            model_version,
            last_version,
            latest_origin,
            actual_close,
            inside_90,
            naive_error,
          ],
        ),
      ).toEqual([
        ['2020-02-28', 1, false, false, 99, true, 1],
        ['2020-02-28', 2, true, false, 99, false, 1],
        ['2020-03-16', 2, true, true, null, null, null],
      ]);
    });

    it('coverage_by_month counts the last version of each origin, beside the baseline', async () => {
      await insertForecasts(warehouse);
      expect(await exportRows(warehouse, views.coverageByMonth)).toEqual([
        {
          symbol: 'AAPL',
          horizon: 1,
          month: '2020-03-01',
          forecasts: 1,
          inside_90: 0,
          coverage_90: 0,
          mean_absolute_error: 2,
          naive_mean_absolute_error: 1,
          mean_crps: 0.25,
          naive_mean_crps: 0.5,
        },
      ]);
    });

    it('coverage_by_month has means to nine decimals, the same in every warehouse and in whatever order the rows came', async () => {
      const outcomes = Array.from({ length: 23 }, (_, n) => ({
        ...outcome(1, n % 2 === 0),
        origin_session: `2020-02-${String(n + 1).padStart(2, '0')}`,
        error: (n % 2 === 0 ? -1 : 1) * (1 / 3 + n * 12345.678901234),
        naive_error: n / 7,
        crps: 0.001 / (n + 3),
        naive_crps: 1e-10 * n,
      }));
      for (const one of shuffled(outcomes, 11)) await warehouse.insert(tables.outcomes, [one]);
      const mean = (of: (row: (typeof outcomes)[number]) => number) =>
        outcomes.reduce((sum, row) => sum + Math.round(of(row) * 1e9), 0) / 1e9 / outcomes.length;
      expect(await exportRows(warehouse, views.coverageByMonth)).toEqual([
        {
          ...{ symbol: 'AAPL', horizon: 1, month: '2020-03-01', forecasts: 23, inside_90: 12, coverage_90: 12 / 23 },
          mean_absolute_error: mean(({ error }) => Math.abs(error)),
          naive_mean_absolute_error: mean(({ naive_error }) => Math.abs(naive_error)),
          mean_crps: mean(({ crps }) => crps),
          naive_mean_crps: mean(({ naive_crps }) => naive_crps),
        },
      ]);
    });

    it('model_history names the forecaster that served', async () => {
      await insertForecasts(warehouse);
      await warehouse.insert(tables.modelDecisions, [decision('m1', 'features-computed', 'promoted', 2)]);
      expect(await exportRows(warehouse, views.modelHistory)).toEqual([
        {
          symbol: 'AAPL',
          session: '2020-03-16',
          trigger: 'features-computed',
          message_id: 'm1',
          decision: 'promoted',
          reason_codes: 'age',
          model_version: 2,
          forecaster: 'blend',
          record_uri: 'file:///r',
        },
      ]);
    });

    it('drift_by_feature says what came of an alarm', async () => {
      const score = {
        symbol: 'AAPL',
        session: '2020-03-16',
        test: 'ks',
        threshold: 0.5,
        bars_sha256: 'b',
        recorded_at: RECORDED,
      };
      await warehouse.insert(tables.driftScores, [
        { ...score, column: 'return', score: 1, rule: 'calibrated', drifted: true, alarmed: true },
        { ...score, column: 'volume', score: 0.25, rule: null, drifted: null, alarmed: false, session: '2020-03-13' },
      ]);
      await warehouse.insert(tables.modelDecisions, [decision('m2', 'drift-detected', 'rejected', 1)]);
      const rows = await exportRows(warehouse, views.driftByFeature);
      expect(
        rows.map(({ session, feature, score_to_threshold, rule, drifted, decision }) => [
          session,
          feature,
          score_to_threshold,
          rule,
          drifted,
          decision,
        ]),
      ).toEqual([
        ['2020-03-13', 'volume', 0.5, null, null, null],
        ['2020-03-16', 'return', 2, 'calibrated', true, 'rejected'],
      ]);
    });

    it('pipeline_health tells done, abstained, failed and unfinished cascades apart, and how long they took', async () => {
      const event = (symbol: string, topic: string, second: number, data = '{}'): Row<typeof tables.events> => ({
        correlation_id: 'c',
        message_id: `${symbol} ${topic}`,
        causation_id: null,
        topic,
        type: 't',
        source: 's',
        exchange: 'XNYS',
        symbol,
        session: '2020-03-16',
        trigger: null,
        data,
        said_at: RECORDED,
        published_at: `2020-03-16T20:00:0${second}.500Z`,
        cause_attempt: null,
        cause_started_at: null,
        trace_id: null,
        recorded_at: RECORDED,
      });
      const letter = (id: string): Row<typeof tables.deadLetters> => ({
        ...(awkwardRow(tables.deadLetters, 2) as Row<typeof tables.deadLetters>),
        id,
        reason: 'unknown-symbol',
        correlation_id: 'c',
        subject: 'CHARLIE',
      });
      await warehouse.insert(tables.events, [
        event('ALFA', 'bars-ingested', 1),
        event('ALFA', 'forecast-made', 3, '{"outcome":"forecast"}'),
        event('BRAVO', 'forecast-made', 2, '{"outcome":"abstained"}'),
        event('CHARLIE', 'ingestion-requested', 1),
        event('DELTA', 'features-computed', 1),
      ]);
      await warehouse.insert(tables.deadLetters, [letter('l1'), letter('l2')]);
      await warehouse.insert(tables.redrives, [{ dead_letter_id: 'l2', recorded_at: RECORDED }]);
      const rows = await allRows(warehouse, views.pipelineHealth);
      expect(
        rows.map(({ symbol, state, messages, open_dead_letters, dead_letter_reason, milliseconds }) => [
          symbol,
          state,
          messages,
          open_dead_letters,
          dead_letter_reason,
          milliseconds,
        ]),
      ).toEqual([
        ['ALFA', 'forecast', 2, 0, null, 2000],
        ['BRAVO', 'abstained', 1, 0, null, 0],
        ['CHARLIE', 'failed', 1, 1, 'unknown-symbol', 0],
        ['DELTA', 'unfinished', 1, 0, null, 0],
      ]);
    });
  });
}

function decision(id: string, trigger: string, what: string, version: number): Row<typeof tables.modelDecisions> {
  return {
    symbol: 'AAPL',
    session: '2020-03-16',
    trigger,
    decision: what,
    reasons: '[{"code":"age"}]',
    reason_codes: 'age',
    model_version: version,
    record_uri: 'file:///r',
    record_sha256: 'r',
    message_id: id,
    recorded_at: RECORDED,
  };
}

function outcome(version: number, inside: boolean): Row<typeof tables.outcomes> {
  return {
    symbol: 'AAPL',
    origin_session: '2020-02-28',
    horizon: 1,
    model_version: version,
    target_session: '2020-03-02',
    actual_close: 99,
    error: -2,
    naive_error: 1,
    crps: 0.25,
    naive_crps: 0.5,
    inside_90: inside,
    recorded_at: RECORDED,
  };
}

/** Two versions' forecasts that matured in March, and one that has not. */
async function insertForecasts(warehouse: Warehouse): Promise<void> {
  const forecast = (origin: string, target: string, version: number): Row<typeof tables.forecasts> => ({
    symbol: 'AAPL',
    origin_session: origin,
    horizon: 1,
    model_version: version,
    forecaster: 'blend',
    target_session: target,
    origin_close: 100,
    point: 101,
    quantiles: [90, 101, 110],
    p05: 90,
    p25: 95,
    p75: 105,
    p95: 110,
    forecast_uri: 'file:///f',
    forecast_sha256: 'f',
    message_id: 'm',
    recorded_at: RECORDED,
  });
  await warehouse.insert(tables.forecasts, [
    forecast('2020-02-28', '2020-03-02', 1),
    forecast('2020-02-28', '2020-03-02', 2),
    forecast('2020-03-16', '2020-03-17', 2),
  ]);
  await warehouse.insert(tables.outcomes, [outcome(1, true), outcome(2, false)]);
}
