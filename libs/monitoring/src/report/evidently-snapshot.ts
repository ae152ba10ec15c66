import { createHash } from 'node:crypto';
import { type DataDrift } from '../evidently/data-drift';
import { driftTests } from '../evidently/drift-test';

/** A metric as Evidently 0.7 writes it: of what, with which settings, and its value. */
export interface SnapshotMetric {
  readonly id: string;
  readonly metric_name: string;
  readonly config: Readonly<Record<string, string | number>>;
  readonly value: number | Readonly<Record<string, number>>;
}

/** A test on a metric. */
export interface SnapshotTest {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly metric_config: { readonly metric_id: string; readonly params: SnapshotMetric['config'] };
  readonly test_config: Readonly<Record<string, unknown>>;
  readonly status: 'SUCCESS' | 'FAIL';
  readonly bound_test: Readonly<Record<string, unknown>>;
}

/** What `snapshot.dict()` of Evidently 0.7 gives, so that what reads its reports reads these. */
export interface Snapshot {
  readonly metrics: readonly SnapshotMetric[];
  readonly tests: readonly SnapshotTest[];
}

/** What every test of Evidently’s says of itself when a user sets nothing. */
const UNSET = { is_critical: true, alias: null, label_filters: null } as const;

/** A metric whose name is made of its settings, as Evidently’s are. kind: such as `ValueDrift`; family: whose it is. */
export function snapshotMetric(
  family: string,
  kind: string,
  settings: Readonly<Record<string, string | number>>,
  value: SnapshotMetric['value'],
): SnapshotMetric {
  const config = { type: `${family}:${kind}`, ...settings };
  const named = Object.entries(settings).map(([name, setting]) => `${name}=${setting}`);
  return {
    id: createHash('md5').update(JSON.stringify(config)).digest('hex'),
    metric_name: `${kind}(${named.join(',')})`,
    config,
    value,
  };
}

/** Drift as the preset of Evidently’s that measured it writes it, with its tests. */
export function evidentlySnapshot({ columns, driftedColumns, driftedShare, driftShare, drifted }: DataDrift): Snapshot {
  const whole = snapshotMetric(
    'evidently:metric_v2',
    'DriftedColumnsCount',
    { drift_share: driftShare },
    { count: driftedColumns, share: driftedShare },
  );
  const each = columns.map(({ column, test, score, threshold, drifted: moved }) => {
    const method = driftTests[test].displayName;
    const metric = snapshotMetric('evidently:metric_v2', 'ValueDrift', { column, method, threshold }, score);
    return { metric, test: valueDriftTest(metric, { column, method, score, threshold, drifted: moved }) };
  });
  return {
    metrics: [whole, ...each.map(({ metric }) => metric)],
    tests: [shareTest(whole, { driftedShare, driftShare, drifted }), ...each.map(({ test }) => test)],
  };
}

function shareTest(
  { id, config }: SnapshotMetric,
  { driftedShare, driftShare, drifted }: Pick<DataDrift, 'driftedShare' | 'driftShare' | 'drifted'>,
): SnapshotTest {
  const test = { type: 'evidently:test_v2:LessThanMetricTest', ...UNSET, threshold: driftShare };
  const [actual, limit] = [driftedShare.toFixed(3), driftShare.toFixed(3)];
  return {
    id: 'lt',
    name: `Share of Drifted Columns: Less ${limit}`,
    description: `Share of Drifted Columns: Actual value ${actual} ${drifted ? '>=' : '<'} ${limit}`,
    metric_config: { metric_id: id, params: config },
    test_config: test,
    status: drifted ? 'FAIL' : 'SUCCESS',
    bound_test: { type: 'evidently:bound_test:CountBoundTest', test, metric_fingerprint: id, is_count: false },
  };
}

function valueDriftTest(
  { id, config }: SnapshotMetric,
  {
    column,
    method,
    score,
    threshold,
    drifted,
  }: {
    readonly column: string;
    readonly method: string;
    readonly score: number;
    readonly threshold: number;
    readonly drifted: boolean;
  },
): SnapshotTest {
  return {
    id: 'drift',
    name: `Value Drift for column ${column}`,
    description: `Drift score is ${score.toFixed(2)}. The drift detection method is ${method}. The drift threshold is ${threshold.toFixed(2)}.`,
    metric_config: { metric_id: id, params: config },
    test_config: {},
    status: drifted ? 'FAIL' : 'SUCCESS',
    bound_test: {
      type: 'evidently:bound_test:ValueDriftBoundTest',
      test: { type: 'evidently:test_v2:ValueDriftTest', ...UNSET },
      metric_fingerprint: id,
    },
  };
}
