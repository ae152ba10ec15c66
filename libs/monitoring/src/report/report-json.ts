import {
  evidentlySnapshot,
  type Snapshot,
  snapshotMetric,
  type SnapshotMetric,
  type SnapshotTest,
} from './evidently-snapshot';
import { type MonitoringReport } from './monitoring-report';

/** Whose metrics they are: Evidently has none of these. */
const OURS = 'closing-bell:metric_v1';

/**
 * A report in the shape of Evidently’s snapshots: what its own preset says of the data first, entry for entry as it writes it, then in the
 * same shape what it has no metric for: the rules that alarm, how matured forecasts fared beside “tomorrow = today”, the quality of the data.
 */
export function reportJson(report: MonitoringReport): Snapshot {
  const { drift, scores, performance, quality } = report;
  const theirs = drift ? evidentlySnapshot(drift) : { metrics: [], tests: [] };
  const alarms = scores.filter(({ rule }) => rule === 'calibrated' || rule === 'performance');
  const ours = [
    ...alarms.map(({ rule, column, test, score, threshold, alarmed }) => {
      const metric = snapshotMetric(OURS, 'AlarmScore', { column, rule, method: test, threshold }, score);
      const detail = `${column} by ${test} is ${score.toFixed(3)}; above ${threshold.toFixed(3)} it alarms.`;
      return { metric, test: testOf(metric, { name: `Alarm for ${column}`, detail, passed: !alarmed }) };
    }),
    ...performance.map(({ horizon, forecasts, mae, naiveMae, crps, naiveCrps, skill, coverage90 }) => {
      const metric = snapshotMetric(
        OURS,
        'MaturedForecasts',
        { horizon },
        {
          forecasts,
          mean_absolute_error: mae,
          naive_mean_absolute_error: naiveMae,
          crps,
          naive_crps: naiveCrps,
          skill,
          coverage_90: coverage90,
        },
      );
      const detail = `CRPS ${crps.toFixed(4)}, of “tomorrow = today” ${naiveCrps.toFixed(4)}.`;
      return {
        metric,
        test: testOf(metric, { name: `Better than naive at horizon ${horizon}`, detail, passed: skill > 0 }),
      };
    }),
    ...quality.map(({ check, passed, detail }) => {
      const metric = snapshotMetric(OURS, 'DataQuality', { check }, passed ? 1 : 0);
      return { metric, test: testOf(metric, { name: `Data quality: ${check}`, detail, passed }) };
    }),
  ];
  return {
    metrics: [...theirs.metrics, ...ours.map(({ metric }) => metric)],
    tests: [...theirs.tests, ...ours.map(({ test }) => test)],
  };
}

function testOf(
  { id, config }: SnapshotMetric,
  { name, detail, passed }: { readonly name: string; readonly detail: string; readonly passed: boolean },
): SnapshotTest {
  return {
    id: 'closing-bell',
    name,
    description: detail,
    metric_config: { metric_id: id, params: config },
    test_config: {},
    status: passed ? 'SUCCESS' : 'FAIL',
    bound_test: { type: 'closing-bell:bound_test', metric_fingerprint: id },
  };
}
