import { closingBellFeatures, computeFeatures, featureSetHash } from '@closing-bell/features';
import { type Bar, calendarOf, columnsOfBars } from '@closing-bell/market';
import { LocalModelRegistry } from '@closing-bell/registry';
import { type ObjectStore, SeriesStore, writeHashed } from '@closing-bell/storage';
import { openWarehouse } from '@closing-bell/warehouse';
import { type DuckDBConnection, DuckDBInstance, listValue } from '@duckdb/node-api';

/** How large it is, and what in it may be asked for. */
export interface LargeWarehouse {
  /** Oldest first. */
  readonly sessions: readonly string[];
  readonly symbols: readonly string[];
  /** Symbols whose last session has objects too: bars, features, a model and its decision. */
  readonly whole: readonly string[];
}

interface Size {
  readonly years: number;
  readonly symbols: number;
}

const LAST = '2019-12-31';
const WHOLE = 20;

/**
 * Fills a new DuckDB file with what the monitor records in some years of many symbols: prices that wander, forecasts with outcomes, drift
 * with an alarm now and then, abstentions, dead letters. The rows are made by SQL in the order in which they would have been recorded.
 */
export async function buildLargeWarehouse(
  path: string,
  objects: ObjectStore,
  { years, symbols: count }: Size,
): Promise<LargeWarehouse> {
  const calendar = calendarOf('XNYS');
  const sessions = calendar.sessionsBetween(`${Number(LAST.slice(0, 4)) - years + 1}-01-01`, LAST);
  const symbols = Array.from({ length: count }, (_, index) => `S${String(index).padStart(4, '0')}`);
  await (await openWarehouse(`duckdb:${path}`)).close();
  const instance = await DuckDBInstance.create(path, { threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run('SET preserve_insertion_order = true');
    await connection.run(
      `CREATE TEMP TABLE days AS SELECT CAST(unnest($days) AS DATE) AS session, generate_subscripts($days, 1) AS n`,
      { days: listValue([...sessions, ...calendar.sessionsAfter(LAST, 10)]) },
    );
    await connection.run(
      'CREATE TEMP TABLE names AS SELECT unnest($names) AS symbol, generate_subscripts($names, 1) AS i',
      { names: listValue(symbols) },
    );
    await connection.run(PRICES, { sessions: sessions.length });
    const whole = symbols.slice(0, WHOLE);
    await storeObjects(connection, objects, whole);
    for (let year = Number(LAST.slice(0, 4)) - years + 1; year <= Number(LAST.slice(0, 4)); year += 1) {
      const span = { from: `${year}-01-01`, to: `${year}-12-31` };
      for (const statement of STATEMENTS) {
        await connection.run(statement, statement.includes('$last') ? { ...span, last: LAST } : span);
      }
    }
    for (const statement of TROUBLE) await connection.run(statement);
    await connection.run('CHECKPOINT');
    return { sessions, symbols, whole };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

// A number from 0 to 1 that follows from a row alone.
const chance = (salt: string, what = 'p.symbol, p.n'): string => `(hash(${what}, '${salt}') % 100000) / 100000.0`;
const cascadeOf = "md5('close ' || CAST(p.session AS VARCHAR))";
const idOf = (topic: string): string => `md5('${topic} ' || p.symbol || CAST(p.session AS VARCHAR))`;
const at = (second: number): string =>
  `p.session + INTERVAL 21 HOUR + INTERVAL (${second} * 1000 + p.i * 10) MILLISECOND`;
const within = 'p.session BETWEEN CAST($from AS DATE) AND CAST($to AS DATE)';

const PRICES = `CREATE TEMP TABLE p AS
  SELECT symbol, i, session, n, close, close * (1 - 0.01 * u) AS open, close * (1 + 0.012 * v) AS high, close * (1 - 0.012 * w) AS low,
    1e6 * (0.5 + u) AS volume, alarmed, abstained, 1 + n // 250 AS version,
    md5(symbol || session) || md5(symbol || n) AS sha, CAST(NULL AS VARCHAR) AS features_sha, CAST(NULL AS VARCHAR) AS bars_uri,
    CAST(NULL AS VARCHAR) AS features_uri, CAST(NULL AS VARCHAR) AS record_uri, CAST(NULL AS VARCHAR) AS record_sha
  FROM (
    SELECT symbol, i, session, n,
      (20 + i) * exp(SUM(0.03 * ((hash(symbol, n, 'move') % 100000) / 100000.0 - 0.5)) OVER (PARTITION BY symbol ORDER BY n)) AS close,
      (hash(symbol, n, 'u') % 1000) / 1000.0 AS u, (hash(symbol, n, 'v') % 1000) / 1000.0 AS v, (hash(symbol, n, 'w') % 1000) / 1000.0 AS w,
      (hash(symbol, n, 'alarm') % 1000) < 20 AS alarmed, (hash(symbol, n, 'abstain') % 1000) < 3 AS abstained
    FROM days, names WHERE n <= $sessions) ORDER BY n, i`;

const BARS_URI = "COALESCE(p.bars_uri, 'file:///large/bars/' || p.sha)";
const FEATURES = `json_object('uri', COALESCE(p.features_uri, 'file:///large/features/' || p.sha), 'sha256', COALESCE(p.features_sha, p.sha))`;
const ABOUT = `'exchange', 'XNYS', 'symbol', p.symbol, 'session', CAST(p.session AS VARCHAR), 'forceRetrain', false,
  'bars', json_object('uri', ${BARS_URI}, 'sha256', p.sha), 'features', ${FEATURES}, 'featureSetHash', '${featureSetHash(closingBellFeatures)}'`;
const RECORD = `COALESCE(p.record_uri, 'file:///large/decisions/' || p.sha)`;
const MODEL = `'model', json_object('name', p.symbol, 'version', p.version, 'artifact', json_object('uri', 'file:///large/models/' || p.symbol, 'sha256', p.sha))`;

function eventsOf(
  topic: string,
  cause: string,
  second: number,
  said: string,
  more: { trigger?: string; where?: string } = {},
): string {
  const { trigger, where = 'TRUE' } = more;
  const name = trigger === 'drift-detected' ? `${topic} again` : topic;
  return `INSERT INTO events BY NAME SELECT ${cascadeOf} AS correlation_id, ${idOf(name)} AS message_id, ${cause} AS causation_id,
    '${topic}' AS topic, 'closing-bell.${topic}.v1' AS type, '/closing-bell/bench' AS source, 'XNYS' AS exchange, p.symbol AS symbol,
    p.session AS session, ${trigger === undefined ? 'NULL' : `'${trigger}'`} AS "trigger", json_object(${said}) AS data,
    ${at(second)} AS said_at, ${at(second)} AS published_at, 1 AS cause_attempt, ${at(second - 1)} AS cause_started_at, NULL AS trace_id,
    ${at(second + 1)} AS recorded_at FROM p WHERE ${within} AND ${where} ORDER BY p.n, p.i`;
}

function decisionsOf(trigger: string, where: string): string {
  return `INSERT INTO model_decisions BY NAME SELECT p.symbol, p.session, '${trigger}' AS "trigger",
    CASE WHEN p.n % 250 = 0 THEN 'promoted' ELSE 'kept' END AS decision, '[{"code":"champion-fit","detail":"It is fit to serve."}]' AS reasons,
    'champion-fit' AS reason_codes, p.version AS model_version, ${RECORD} AS record_uri, COALESCE(p.record_sha, p.sha) AS record_sha256,
    ${idOf(trigger === 'drift-detected' ? 'model-ready again' : 'model-ready')} AS message_id, ${at(9)} AS recorded_at
    FROM p WHERE ${within} AND ${where} ORDER BY p.n, p.i`;
}

const spread = 'sqrt(h.horizon) * p.close';

function forecastsOf(version: string, message: string, where: string): string {
  return `INSERT INTO forecasts BY NAME SELECT p.symbol, p.session AS origin_session, h.horizon, ${version} AS model_version, 'blend' AS forecaster,
    d.session AS target_session, p.close AS origin_close, p.close AS point,
    list_transform(range(1, 40), k -> p.close * (1 + (k - 20) / 1300.0 * sqrt(h.horizon))) AS quantiles,
    p.close - 0.014 * ${spread} AS p05, p.close - 0.006 * ${spread} AS p25, p.close + 0.006 * ${spread} AS p75, p.close + 0.014 * ${spread} AS p95,
    'file:///large/forecasts/' || p.sha AS forecast_uri, p.sha AS forecast_sha256, ${message} AS message_id, ${at(11)} AS recorded_at
    FROM p, (SELECT CAST(unnest(range(1, 11)) AS BIGINT) AS horizon) h, days d
    WHERE ${within} AND d.n = p.n + h.horizon AND NOT p.abstained AND ${where} ORDER BY p.n, p.i, h.horizon`;
}

function outcomesOf(version: string, where: string): string {
  return `INSERT INTO outcomes BY NAME SELECT o.symbol, o.session AS origin_session, h.horizon, ${version} AS model_version,
    p.session AS target_session, p.close AS actual_close, o.close - p.close AS error, o.close - p.close AS naive_error,
    abs(ln(p.close / o.close)) * 0.7 AS crps, abs(ln(p.close / o.close)) AS naive_crps,
    abs(p.close - o.close) <= 0.014 * sqrt(h.horizon) * o.close AS inside_90, ${at(4)} AS recorded_at
    FROM p, (SELECT CAST(unnest(range(1, 11)) AS BIGINT) AS horizon) h, p o
    WHERE ${within} AND o.symbol = p.symbol AND o.n = p.n - h.horizon AND NOT o.abstained AND ${where} ORDER BY p.n, p.i, h.horizon`;
}

function driftOf(column: string, test: string, rule: string, alarmed: string): string {
  return `SELECT p.symbol, p.session, '${column}' AS "column", '${test}' AS test, ${chance(column + test)} AS score, 0.5 AS threshold,
    ${alarmed} AS alarmed, p.sha AS bars_sha256, '${rule}' AS rule, ${alarmed} AS drifted, ${at(12)} AS recorded_at, p.n, p.i
    FROM p WHERE ${within} AND NOT p.abstained`;
}

/** One year, in the order of sessions. */
const STATEMENTS: readonly string[] = [
  `INSERT INTO market_closes BY NAME SELECT ${cascadeOf} AS correlation_id, 'XNYS' AS exchange, p.session AS session, '' AS detail,
    p.session + INTERVAL 21 HOUR AS recorded_at FROM days p WHERE ${within} AND p.session <= CAST($last AS DATE) ORDER BY p.session`,
  `INSERT INTO events BY NAME SELECT ${cascadeOf} AS correlation_id, ${cascadeOf} AS message_id, NULL AS causation_id, 'market-closed' AS topic,
    'closing-bell.market-closed.v1' AS type, '/closing-bell/bench' AS source, 'XNYS' AS exchange, NULL AS symbol, p.session AS session,
    NULL AS "trigger", json_object('exchange', 'XNYS', 'session', CAST(p.session AS VARCHAR), 'symbols', (SELECT list(symbol ORDER BY i) FROM names)) AS data,
    p.session + INTERVAL 21 HOUR AS said_at, p.session + INTERVAL 21 HOUR AS published_at, NULL AS cause_attempt, NULL AS cause_started_at,
    NULL AS trace_id, p.session + INTERVAL 21 HOUR AS recorded_at FROM days p WHERE ${within} AND p.session <= CAST($last AS DATE) ORDER BY p.session`,
  `INSERT INTO bars BY NAME SELECT p.symbol, p.session, p.open, p.high, p.low, p.close, p.volume, 'bench' AS source, ${BARS_URI} AS snapshot_uri,
    p.sha AS snapshot_sha256, 0 AS repairs, ${at(4)} AS recorded_at FROM p WHERE ${within} ORDER BY p.n, p.i`,
  eventsOf('ingestion-requested', cascadeOf, 2, ABOUT.split(',').slice(0, 8).join(',')),
  eventsOf(
    'bars-ingested',
    idOf('ingestion-requested'),
    4,
    `${ABOUT}, 'rows', p.n, 'source', 'bench', 'repairs', 0, 'revised', false, 'firstSession', '2010-01-04'`,
  ),
  eventsOf('features-computed', idOf('bars-ingested'), 6, `${ABOUT}, 'rows', p.n`),
  eventsOf(
    'model-ready',
    idOf('features-computed'),
    8,
    `${ABOUT}, ${MODEL}, 'trigger', 'features-computed', 'decision', 'kept',
    'reasons', json('[{"code":"champion-fit","detail":"It is fit to serve."}]'), 'record', json_object('uri', ${RECORD}, 'sha256', p.sha)`,
    { trigger: 'features-computed' },
  ),
  eventsOf(
    'forecast-made',
    idOf('model-ready'),
    10,
    `${ABOUT}, ${MODEL}, 'trigger', 'features-computed', 'outcome', CASE WHEN p.abstained THEN 'abstained' ELSE 'forecast' END`,
    { trigger: 'features-computed' },
  ),
  eventsOf(
    'drift-detected',
    idOf('forecast-made'),
    12,
    `${ABOUT}, 'columns', json('[{"column":"log_return","test":"ks-distance","score":0.7,"threshold":0.5}]')`,
    { where: 'p.alarmed AND NOT p.abstained' },
  ),
  eventsOf(
    'model-ready',
    idOf('drift-detected'),
    14,
    `${ABOUT}, ${MODEL}, 'trigger', 'drift-detected', 'decision', 'kept', 'reasons', json('[]'),
    'record', json_object('uri', ${RECORD}, 'sha256', p.sha)`,
    { trigger: 'drift-detected', where: 'p.alarmed AND NOT p.abstained' },
  ),
  eventsOf(
    'forecast-made',
    idOf('model-ready again'),
    16,
    `${ABOUT}, ${MODEL}, 'trigger', 'drift-detected', 'outcome', 'forecast'`,
    { trigger: 'drift-detected', where: 'p.alarmed AND NOT p.abstained' },
  ),
  decisionsOf('features-computed', 'TRUE'),
  decisionsOf('drift-detected', 'p.alarmed AND NOT p.abstained'),
  forecastsOf('p.version', idOf('forecast-made'), 'TRUE'),
  forecastsOf('p.version + 1', idOf('forecast-made again'), 'p.alarmed AND p.n % 250 < 249'),
  outcomesOf('o.version', 'TRUE'),
  outcomesOf('o.version + 1', 'o.alarmed AND o.n % 250 < 249'),
  `INSERT INTO drift_scores BY NAME SELECT * EXCLUDE (n, i) FROM (${[
    driftOf('log_return', 'ks-distance', 'calibrated', 'p.alarmed'),
    driftOf('log_range', 'ks-distance', 'calibrated', 'false'),
    driftOf('log_return', 'ks-distance-5', 'calibrated', 'false'),
    driftOf('log_return', 'ks', 'evidently-default', 'false'),
    driftOf('log_range', 'ks', 'evidently-default', 'false'),
  ].join(' UNION ALL ')}) ORDER BY n, i`,
  `INSERT INTO abstentions BY NAME SELECT p.symbol, p.session, 'features-computed' AS "trigger", p.version AS model_version, 'stale-bars' AS code,
    'Nothing was traded.' AS detail, ${idOf('forecast-made')} AS message_id, ${at(11)} AS recorded_at FROM p WHERE ${within} AND p.abstained`,
  `INSERT INTO failed_attempts BY NAME SELECT ${cascadeOf} AS correlation_id, ${idOf('ingestion-requested')} AS message_id,
    'ingestor.ingestion-requested' AS subscription, 1 AS attempt, p.symbol AS subject, p.session, 'The source did not answer.' AS error,
    ${at(2)} AS started_at, ${at(3)} AS failed_at, ${at(4)} AS recorded_at FROM p WHERE ${within} AND ${chance('fail')} < 0.02`,
];

/** What is rare, at the end. */
const TROUBLE: readonly string[] = [
  `INSERT INTO dead_letters BY NAME SELECT md5('letter ' || p.symbol || p.session) AS id, 'retries-exhausted' AS reason, 'The source did not answer.' AS detail,
    'ingestor.ingestion-requested' AS subscription, 'ingestion-requested' AS topic, 10 AS attempts, ${idOf('ingestion-requested')} AS message_id,
    'closing-bell.ingestion-requested.v1' AS type, ${cascadeOf} AS correlation_id, p.symbol AS subject, p.session, '{}' AS attributes,
    base64(encode('{"symbol":"' || p.symbol || '"}')) AS data, p.symbol AS ordering_key, ${at(40)} AS published_at, ${at(41)} AS recorded_at
    FROM p WHERE ${chance('letter')} < 0.002`,
  `INSERT INTO redrives BY NAME SELECT id AS dead_letter_id, published_at AS recorded_at FROM dead_letters WHERE hash(id) % 10 > 0`,
  `INSERT INTO actions BY NAME SELECT md5('action ' || p.symbol || p.session) AS id, 'redrive' AS action, p.symbol AS subject, '{}' AS request,
    'done' AS outcome, 'It was sent again.' AS detail, ${at(50)} AS asked_at, ${at(50)} AS recorded_at FROM p WHERE ${chance('act')} < 0.001`,
];

/** Writes what the last session of some symbols refers to, and notes where it lies. */
async function storeObjects(
  connection: DuckDBConnection,
  objects: ObjectStore,
  symbols: readonly string[],
): Promise<void> {
  const series = new SeriesStore(objects);
  const registry = new LocalModelRegistry(objects);
  for (const symbol of symbols) {
    const result = await connection.runAndReadAll(
      'SELECT CAST(session AS VARCHAR) AS session, open, high, low, close, volume FROM p WHERE symbol = $symbol ORDER BY n',
      { symbol },
    );
    const bars = result.getRowObjects() as unknown as Bar[];
    const session = bars.at(-1)?.session ?? '';
    const known = await series.save({ kind: 'bars', symbol, session, series: columnsOfBars(bars) });
    const table = computeFeatures(bars, closingBellFeatures);
    const notes = { featureSet: closingBellFeatures.name, version: closingBellFeatures.version };
    const features = await series.save({ kind: 'features', symbol, session, series: table, notes });
    const reasons = [{ code: 'champion-fit', detail: 'It is fit to serve.' }];
    const content = Buffer.from(JSON.stringify({ decision: 'kept', reasons }));
    const record = await writeHashed(objects, `decisions/${symbol}/${session}`, '.json', content);
    await registerVersions(registry, symbol, { session, bars: known, features });
    await connection.run(
      `UPDATE p SET sha = $bars, bars_uri = $barsUri, features_sha = $features, features_uri = $featuresUri,
         record_sha = $record, record_uri = $recordUri WHERE symbol = $symbol AND session = CAST($session AS DATE)`,
      {
        ...{ symbol, session, bars: known.sha256, barsUri: known.uri, features: features.sha256 },
        ...{ featuresUri: features.uri, record: record.sha256, recordUri: record.uri },
      },
    );
  }
}

/** A version a year, each of a run, as the trainer would have left them. */
async function registerVersions(
  registry: LocalModelRegistry,
  name: string,
  about: { session: string } & Record<'bars' | 'features', { uri: string; sha256: string }>,
): Promise<void> {
  const { session, bars, features } = about;
  for (let version = 1; version <= 6; version += 1) {
    const [identity, moment] = [`run-${version}`, { session, trigger: 'features-computed' } as const];
    await registry.log({
      ...{ identity, name, kind: 'training', moment, parameters: { seed: 1 }, metrics: {}, series: {}, notes: {} },
      datasets: { bars, features },
      circumstances: { startedAt: `${session}T21:00:00Z`, seconds: 5, code: '0.1.0', environment: 'Node' },
    });
    await registry.register({
      ...{ name, decision: identity, run: identity, moment, kind: 'model', forecaster: 'blend' },
      ...{ files: { 'model.json': Buffer.from(identity) }, featureSetHash: '', metrics: { crps: 0.01 } },
      lineage: { bars, features, seed: 1, parameters: { seed: 1 } },
    });
    await registry.appoint(name, version, moment);
  }
}
