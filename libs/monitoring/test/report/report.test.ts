import {
  driftScores,
  evidentlyDrift,
  type MonitoringReport,
  monitoringPage,
  reportJson,
  watchedDistributions,
} from '../../src';
import { sampleBars } from '../fixtures/sample-bars';

/** The close of the crash of 2020-03-12, with forecasts that are made up. */
async function crash(changes: Partial<MonitoringReport> = {}): Promise<MonitoringReport> {
  const bars = await sampleBars('2020-03-12');
  const close = bars.at(-1)?.close ?? NaN;
  return {
    symbol: '^GSPC',
    session: '2020-03-12',
    scores: [
      ...driftScores(bars).map((each) => ({ ...each, drifted: each.alarmed })),
      ...(evidentlyDrift(bars)?.columns ?? []).map((each) => ({ ...each, rule: 'evidently-default', alarmed: false })),
    ],
    distributions: watchedDistributions(bars),
    drift: evidentlyDrift(bars),
    quality: [{ check: 'stale-rows', passed: true, detail: 'The last 0 of 515 rows repeat the row before.' }],
    performance: [
      { horizon: 1, forecasts: 40, mae: 9, naiveMae: 10, crps: 0.006, naiveCrps: 0.008, skill: 0.25, coverage90: 0.75 },
    ],
    rolling: [
      { session: '2020-03-11', coverage90: 0.8, skill: 0.2 },
      { session: '2020-03-12', coverage90: 0.75, skill: 0.25 },
    ],
    window: 60,
    forecast: {
      forecaster: 'blend',
      originClose: close,
      points: [{ horizon: 1, targetSession: '2020-03-13', point: close, p05: 2300, p25: 2400, p75: 2550, p95: 2650 }],
    },
    decisions: [
      {
        trigger: 'drift-detected',
        decision: 'kept',
        modelVersion: 5,
        reasons: [{ code: 'drift', detail: '<b>moved</b>' }],
      },
    ],
    ...changes,
  };
}

describe('a report', () => {
  it('says in Evidently’s shape what its preset says, then what alarms, how forecasts fared and what the data are like', async () => {
    const { metrics, tests } = reportJson(await crash());
    expect(metrics.map(({ metric_name }) => metric_name.replace(/threshold=[\d.]+/, 'threshold=t'))).toEqual([
      'DriftedColumnsCount(drift_share=0.5)',
      'ValueDrift(column=log_return,method=K-S p_value,threshold=t)',
      'ValueDrift(column=log_range,method=K-S p_value,threshold=t)',
      'AlarmScore(column=log_return,rule=calibrated,method=ks-distance,threshold=t)',
      'AlarmScore(column=log_range,rule=calibrated,method=ks-distance,threshold=t)',
      'AlarmScore(column=log_return,rule=calibrated,method=ks-distance-5,threshold=t)',
      'MaturedForecasts(horizon=1)',
      'DataQuality(check=stale-rows)',
    ]);
    expect(tests.map(({ status }) => status)).toEqual([...Array<string>(6).fill('FAIL'), 'SUCCESS', 'SUCCESS']);
    expect(new Set(metrics.map(({ id }) => id)).size).toBe(metrics.length);
    for (const { metric_config } of tests) {
      expect(metrics.map(({ id }) => id)).toContain(metric_config.metric_id);
    }
  });

  it('fails no test of alarms in the calm, where Evidently’s own may', async () => {
    const bars = await sampleBars('2017-07-14');
    const scores = driftScores(bars).map((each) => ({ ...each, drifted: each.alarmed }));
    const { tests } = reportJson(await crash({ scores, drift: evidentlyDrift(bars) }));
    const alarms = tests.filter(({ name }) => name.startsWith('Alarm'));
    expect(alarms).toHaveLength(3);
    expect(alarms.every(({ status }) => status === 'SUCCESS')).toBe(true);
  });

  it('is one page with its numbers beside their baselines, which loads nothing and runs nothing', async () => {
    const page = monitoringPage(await crash());
    expect(page).not.toMatch(/<script|<link|https?:\/\/(?!www\.w3\.org)|url\(/);
    expect(page).toContain('better than “tomorrow = today”');
    expect(page).toContain('Evidently’s default: shown beside them, never alarms');
    expect(page).toContain('Alarms: log_return by ks-distance is');
    // Drawn: the fan, two rolling lines, three distributions.
    expect(page.match(/<figure>/g)).toHaveLength(6);
    expect(monitoringPage(await crash())).toBe(page);
  });

  it('takes no text for markup', async () => {
    expect(monitoringPage(await crash())).toContain('&lt;b&gt;moved&lt;/b&gt;');
  });

  it('says plainly what there is not', async () => {
    const bare = await crash({
      scores: [],
      distributions: [],
      drift: undefined,
      performance: [],
      rolling: [],
      forecast: undefined,
      decisions: [],
    });
    expect(reportJson(bare).metrics.map(({ metric_name }) => metric_name)).toEqual(['DataQuality(check=stale-rows)']);
    const page = monitoringPage(bare);
    for (const sentence of ['Nothing alarms.', 'There is no forecast from', 'No forecast had matured', 'too short']) {
      expect(page).toContain(sentence);
    }
    expect(page).not.toContain('NaN');
  });
});
