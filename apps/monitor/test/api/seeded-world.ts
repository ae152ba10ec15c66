import { closingBellFeatures, computeFeatures, featureSetHash } from '@closing-bell/features';
import { barsOfColumns, calendarOf, columnsOfBars } from '@closing-bell/market';
import { LocalModelRegistry } from '@closing-bell/registry';
import { type ObjectStore, SeriesStore, writeHashed } from '@closing-bell/storage';
import { type Row, tables, type Warehouse } from '@closing-bell/warehouse';

const CALENDAR = calendarOf('XNYS');
/** The last session of the world. */
export const LAST = '2020-03-19';
/** All sessions that were run, oldest first. */
export const RUN = CALENDAR.sessionsBetween('2020-03-12', LAST);
export const [FIRST = '', SECOND = ''] = RUN;
const HISTORY = CALENDAR.sessionsBetween('2017-11-01', LAST);
const HASH = featureSetHash(closingBellFeatures);
const RECORDED = '2020-03-19T21:00:00.000Z';

/** A price that moves, the same each time. */
function closeAt(index: number, symbol: string): number {
  return 100 + symbol.length + 10 * Math.sin(index / 9) + 3 * Math.sin(index * 1.7);
}

function barsUntil(symbol: string, session: string) {
  return HISTORY.filter((day) => day <= session).map((day, index) => {
    const close = closeAt(index, symbol);
    return {
      session: day,
      ...{ open: close - 0.3, high: close + 1, low: close - 1, close },
      volume: 1000 + 10 * (index % 7),
    };
  });
}

function timeOf(session: string, second: number): string {
  return `${session}T20:01:${String(second).padStart(2, '0')}.000Z`;
}

/**
 * Two symbols over six sessions as the monitor records them: AAPL with a promoted model and, at the last session, an alarm; MSFT with an
 * abstention at the second session, a dead letter at the third and, at the last one, an attempt that failed just now.
 */
export async function seedWorld(warehouse: Warehouse, objects: ObjectStore): Promise<void> {
  const series = new SeriesStore(objects);
  const registry = new LocalModelRegistry(objects);
  const events: Row<typeof tables.events>[] = [];
  for (const [at, session] of RUN.entries()) {
    const close = `close-${session}`;
    await warehouse.insert(tables.marketCloses, [
      { ...{ correlation_id: close, exchange: 'XNYS', session, detail: '', recorded_at: timeOf(session, 1) } },
    ]);
    events.push(event({ session, topic: 'market-closed', id: close, data: { symbols: ['AAPL', 'MSFT'] }, second: 0 }));
    for (const symbol of ['AAPL', 'MSFT']) {
      const say = (
        topic: string,
        cause: string,
        second: number,
        data: object,
        trigger: string | null = null,
      ): string => {
        const id = `${topic}-${trigger ?? ''}-${symbol}-${session}`;
        events.push(event({ session, topic, id, cause, symbol, data, second, trigger }));
        return id;
      };
      const requested = say('ingestion-requested', close, 1, {});
      if (symbol === 'MSFT' && session === RUN[2]) continue;
      const known = barsUntil(symbol, session);
      const bars = await series.save({ kind: 'bars', symbol, session, series: columnsOfBars(known) });
      const table = computeFeatures(barsOfColumns(columnsOfBars(known)), closingBellFeatures);
      const notes = { featureSet: closingBellFeatures.name, version: closingBellFeatures.version, hash: HASH };
      const features = await series.save({ kind: 'features', symbol, session, series: table, notes });
      const last = known.at(-1);
      if (!last) throw new Error('a history without bars');
      const told = {
        source: 'sample',
        repairs: 0,
        revised: false,
        rows: known.length,
        firstSession: known[0]?.session,
      };
      const ingested = say('bars-ingested', requested, 3, { ...told, symbol, session, bars });
      await warehouse.insert(tables.bars, [
        {
          ...{ symbol, ...last, source: 'sample', snapshot_uri: bars.uri, snapshot_sha256: bars.sha256, repairs: 0 },
          recorded_at: timeOf(session, 4),
        },
      ]);
      const about = { exchange: 'XNYS', symbol, session, forceRetrain: false, bars, features, featureSetHash: HASH };
      const computed = say('features-computed', ingested, 5, { ...about, rows: table.sessions.length });
      if (symbol === 'MSFT' && session === LAST) continue;
      const decide = async (trigger: string, cause: string, second: number) => {
        const promoted = at === 0 && symbol === 'AAPL';
        const decision = promoted ? 'promoted' : 'kept';
        const reasons = [{ code: promoted ? 'no-champion' : 'champion-fit', detail: 'As it should be.' }];
        const record = await writeHashed(
          objects,
          `decisions/${symbol}/${session}`,
          '.json',
          recordOf(promoted, reasons),
        );
        if (promoted) await registerModel(registry, { symbol, session, bars, features });
        const { versions } = await registry.list(symbol);
        const [first] = versions;
        const model = first && { name: symbol, version: first.version, artifact: first.artifact };
        const id = say('model-ready', cause, second, { ...about, decision, reasons, record, model, trigger }, trigger);
        await warehouse.insert(tables.modelDecisions, [
          {
            ...{ symbol, session, trigger, decision, reasons: JSON.stringify(reasons) },
            ...{ reason_codes: reasons[0]?.code ?? null, model_version: model?.version ?? 0 },
            ...{ record_uri: record.uri, record_sha256: record.sha256, message_id: id },
            recorded_at: timeOf(session, second + 1),
          },
        ]);
        return { id, model };
      };
      const forecast = async (trigger: string, { id, model }: Awaited<ReturnType<typeof decide>>, second: number) => {
        const abstains = symbol === 'MSFT' && session === SECOND;
        const outcome = abstains
          ? { outcome: 'abstained', abstention: 'Nothing was traded.', abstentionCode: 'stale-bars' }
          : { outcome: 'forecast', forecast: { uri: `file:///f/${symbol}/${session}`, sha256: 'f'.repeat(64) } };
        const made = say('forecast-made', id, second, { ...about, trigger, ...outcome, model }, trigger);
        if (abstains) {
          await warehouse.insert(tables.abstentions, [
            {
              ...{ symbol, session, trigger, model_version: 0, code: 'stale-bars', detail: 'Nothing was traded.' },
              ...{ message_id: made, recorded_at: timeOf(session, second + 1) },
            },
          ]);
          return made;
        }
        const version = trigger === 'drift-detected' ? 2 : (model?.version ?? 0);
        await recordForecast(warehouse, { symbol, session, version, close: last.close, message: made, second });
        return made;
      };
      const made = await forecast('features-computed', await decide('features-computed', computed, 7), 9);
      const alarmed = symbol === 'AAPL' && session === LAST;
      await recordDrift(warehouse, { symbol, session, alarmed, bars: bars.sha256, at: timeOf(session, 10) });
      if (!alarmed) continue;
      const column = { column: 'log_return', test: 'ks-distance', score: 0.7, threshold: 0.5 };
      const detected = say('drift-detected', made, 10, { ...about, columns: [column] });
      await forecast('drift-detected', await decide('drift-detected', detected, 12), 14);
    }
  }
  await warehouse.insert(tables.events, events);
  await recordTrouble(warehouse);
}

interface Said {
  readonly session: string;
  readonly topic: string;
  readonly id: string;
  readonly data: object;
  readonly second: number;
  readonly cause?: string;
  readonly symbol?: string;
  readonly trigger?: string | null;
}

function event({ session, topic, id, data, second, cause, symbol, trigger = null }: Said): Row<typeof tables.events> {
  return {
    ...{ correlation_id: `close-${session}`, message_id: id, causation_id: cause ?? null, topic, type: topic },
    ...{ source: '/closing-bell/test', exchange: 'XNYS', symbol: symbol ?? null, session, trigger },
    data: JSON.stringify({ exchange: 'XNYS', session, ...(symbol === undefined ? {} : { symbol }), ...data }),
    ...{ said_at: timeOf(session, second), published_at: timeOf(session, second) },
    cause_attempt: cause === undefined ? null : 1,
    cause_started_at: cause === undefined ? null : timeOf(session, second - 1),
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    recorded_at: timeOf(session, second + 1),
  };
}

function recordOf(promoted: boolean, reasons: object): Buffer {
  const scores = (forecaster: string, crps: number) => ({
    ...{ forecaster, crps, skillOverBaseline: 0.1, skillOverNaive: 0.3, maeToNaive: 1, coverage90: 0.9 },
  });
  const judged = {
    challenger: { name: 'AAPL', version: 1 },
    checks: [
      {
        candidate: 'challenger',
        rule: 'beats-baseline',
        passed: true,
        value: 0.01,
        limits: [0, 0.05],
        detail: 'It does.',
      },
    ],
    scores: {
      naive: scores('naive', 0.03),
      baseline: scores('rolling-quantile-250', 0.02),
      scores: [scores('challenger', 0.01)],
    },
  };
  return Buffer.from(
    JSON.stringify({ decision: promoted ? 'promoted' : 'kept', reasons, ...(promoted ? judged : {}) }),
  );
}

async function registerModel(
  registry: LocalModelRegistry,
  about: { symbol: string; session: string } & Record<'bars' | 'features', { uri: string; sha256: string }>,
): Promise<void> {
  const { symbol, session, bars, features } = about;
  const moment = { session, trigger: 'features-computed' } as const;
  await registry.log({
    ...{ identity: 'run-1', name: symbol, kind: 'training', moment, parameters: { seed: 1 }, metrics: {}, series: {} },
    ...{ notes: {}, datasets: { bars, features } },
    circumstances: { startedAt: RECORDED, seconds: 5, code: '0.1.0 at abc1234', environment: 'Node 20' },
  });
  for (const decision of ['run-1', 'run-2']) {
    await registry.register({
      ...{ name: symbol, decision, run: 'run-1', moment, kind: 'model', forecaster: 'blend' },
      ...{ files: { 'model.json': Buffer.from(decision) }, featureSetHash: HASH, metrics: { crps: 0.01 } },
      lineage: { bars, features, seed: 1, parameters: { seed: 1 } },
    });
  }
  await registry.appoint(symbol, 1, moment);
}

async function recordForecast(
  warehouse: Warehouse,
  made: { symbol: string; session: string; version: number; close: number; message: string; second: number },
): Promise<void> {
  const { symbol, session, version, close, message, second } = made;
  const targets = CALENDAR.sessionsAfter(session, 10);
  await warehouse.insert(
    tables.forecasts,
    targets.map((target, index) => ({
      ...{ symbol, origin_session: session, horizon: index + 1, model_version: version, forecaster: 'blend' },
      ...{ target_session: target, origin_close: close, point: close },
      quantiles: Array.from({ length: 39 }, (_, k) => close * (1 + ((k - 19) / 200) * Math.sqrt(index + 1))),
      ...{ p05: close * 0.9, p25: close * 0.97, p75: close * 1.03, p95: close * 1.1 },
      ...{ forecast_uri: `file:///f/${symbol}/${session}`, forecast_sha256: 'f'.repeat(64), message_id: message },
      recorded_at: timeOf(session, second + 1),
    })),
  );
  await warehouse.insert(
    tables.outcomes,
    targets.flatMap((target, index) =>
      target > LAST
        ? []
        : [
            {
              ...{
                symbol,
                origin_session: session,
                horizon: index + 1,
                model_version: version,
                target_session: target,
              },
              ...{ actual_close: close + index, error: -index, naive_error: -index, crps: 0.01, naive_crps: 0.02 },
              ...{ inside_90: index % 2 === 0, recorded_at: timeOf(target, 5) },
            },
          ],
    ),
  );
}

async function recordDrift(
  warehouse: Warehouse,
  measured: { symbol: string; session: string; alarmed: boolean; bars: string; at: string },
): Promise<void> {
  const { symbol, session, alarmed, bars, at } = measured;
  await warehouse.insert(
    tables.driftScores,
    (
      [
        ['log_return', 'ks-distance', 'calibrated'],
        ['log_range', 'ks-distance', 'calibrated'],
        ['log_return', 'ks-distance-5', 'calibrated'],
        ['log_return', 'ks', 'evidently-default'],
      ] as const
    ).map(([column, test, rule], index) => ({
      ...{ symbol, session, column, test, score: 0.4, threshold: 0.5, alarmed: alarmed && index === 0 },
      ...{ bars_sha256: bars, rule, drifted: alarmed, recorded_at: at },
    })),
  );
}

/** What went wrong: a dead letter that waits, one that was sent again, and an attempt that failed just now. */
async function recordTrouble(warehouse: Warehouse): Promise<void> {
  const letter = (id: string, session: string, second: number): Row<typeof tables.deadLetters> => ({
    ...{ id, reason: 'retries-exhausted', detail: 'The source is away.', subscription: 'ingestor.ingestion-requested' },
    ...{ topic: 'ingestion-requested', attempts: 10, message_id: `ingestion-requested--MSFT-${session}`, type: 't' },
    ...{ correlation_id: `close-${session}`, subject: 'MSFT', session, attributes: '{"ce-id":"x"}' },
    data: Buffer.from(JSON.stringify({ symbol: 'MSFT', session })).toString('base64'),
    ...{ ordering_key: 'MSFT', published_at: timeOf(session, second), recorded_at: timeOf(session, second) },
  });
  await warehouse.insert(tables.deadLetters, [letter('letter-1', RUN[2] ?? '', 30), letter('letter-2', SECOND, 31)]);
  await warehouse.insert(tables.redrives, [{ dead_letter_id: 'letter-2', recorded_at: timeOf(SECOND, 40) }]);
  await warehouse.insert(tables.failedAttempts, [
    {
      ...{ correlation_id: `close-${LAST}`, message_id: `features-computed--MSFT-${LAST}`, attempt: 2 },
      ...{ subscription: 'trainer.features-computed', subject: 'MSFT', session: LAST, error: 'The disk is full.' },
      ...{ started_at: timeOf(LAST, 40), failed_at: timeOf(LAST, 42), recorded_at: timeOf(LAST, 43) },
    },
  ]);
  await warehouse.insert(tables.actions, [
    {
      ...{ id: 'asked-1', action: 'promote', subject: 'AAPL', request: '{"symbol":"AAPL","version":1}' },
      ...{ outcome: 'refused', detail: 'AAPL version 1 serves already; nothing to do.' },
      ...{ asked_at: timeOf(SECOND, 50), recorded_at: timeOf(SECOND, 50) },
    },
  ]);
}

/** Every address of the API that reads, with something to answer in the seeded world. */
export const ADDRESSES = [
  'instance',
  'symbols',
  'universe',
  `universe?session=${SECOND}`,
  'symbols/AAPL/bars?limit=3',
  'symbols/AAPL/indicators?names=rsi_14,atr_14&limit=3',
  'symbols/AAPL/origins',
  'symbols/MSFT/origins?limit=2',
  'symbols/AAPL/forecast',
  `symbols/AAPL/forecast?origin=${FIRST}`,
  `symbols/MSFT/forecast?origin=${SECOND}`,
  'symbols/AAPL/forecasts?horizon=2',
  'symbols/AAPL/performance?window=2',
  'symbols/AAPL/drift?limit=2',
  `symbols/AAPL/drift/${LAST}`,
  'symbols/AAPL/models?limit=3',
  'symbols/AAPL/models?trained=true',
  `symbols/AAPL/decisions/${FIRST}/features-computed`,
  `symbols/AAPL/lineage?origin=${FIRST}`,
  'symbols/AAPL/lineage',
  'sessions?limit=2',
  `sessions/${LAST}`,
  `sessions/${RUN[2]}?state=failed`,
  `sessions/${LAST}/symbols/AAPL`,
  `sessions/${LAST}/symbols/MSFT`,
  `sessions/${RUN[2]}/symbols/MSFT`,
  `sessions/${SECOND}/symbols/MSFT`,
  `cascades/close-${LAST}`,
  'dead-letters',
  'dead-letters?limit=1',
  'dead-letters/letter-1',
  'actions',
] as const;
