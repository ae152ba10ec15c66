import { SERVICES, type ServiceName } from '@closing-bell/contracts';
import { SeededRandom } from '../../bench-drift/simulated-series';
import { WORKLOADS } from '../../kubernetes/workloads';
import { type Scenario } from '../scenario';
import { type ServiceTimes } from '../service-times';
import { type Outcome, simulateClose } from '../simulation';

const each = { messages: 1, cpuMilliseconds: 100, wallMilliseconds: 100 };
const TIMES: ServiceTimes = {
  measuredOn: '2026-01-01',
  processor: 'made up',
  node: 'v20',
  load: [0, 0],
  symbols: 1,
  barsPerSymbol: 1000,
  coldCloses: 1,
  warmCloses: 1,
  cold: Object.fromEntries(
    [
      'ingestor.ingestion-requested',
      'feature-service.bars-ingested',
      'trainer.features-computed',
      'trainer.drift-detected',
      'predictor.model-ready',
      'monitor.bars-ingested',
      'monitor.forecast-made',
    ].map((name) => [name, each]),
  ),
  warm: {},
  forecasters: {},
  processes: Object.fromEntries(
    SERVICES.map((service) => [service, { startCpuSeconds: 1, peakMegabytes: 200 }]),
  ) as ServiceTimes['processes'],
  training: { trainings: 1, cpuSeconds: 30, wallSeconds: 30, peakMegabytes: 500 },
};

const SCENARIO: Scenario = {
  name: 'a test',
  symbols: 400,
  workloads: WORKLOADS,
  scaledBy: 'keda',
  warmPods: 1,
  take: 'cold',
  trains: 0.1,
  alarms: 0.05,
  nodeSeconds: [60, 90],
  vendorSpacingSeconds: 0.5,
  preemptions: [],
};

function simulate(changes: Partial<Scenario> = {}, seed = 1): Outcome {
  const random = new SeededRandom(seed);
  return simulateClose({ ...SCENARIO, ...changes }, TIMES, () => random.uniform());
}

const last = ({ forecasts }: Outcome): number => forecasts.at(-1) ?? NaN;
const mostPods = ({ points }: Outcome, service: ServiceName): number =>
  Math.max(...points[service].map(({ ready }) => ready));

describe('simulateClose', () => {
  it('handles each message once, and forecasts every symbol once', () => {
    const outcome = simulate();
    expect(outcome.forecasts).toHaveLength(400);
    expect(outcome.handled).toEqual(outcome.published);
    expect(outcome.handled).toMatchObject({
      'ingestor.market-closed': 1,
      'ingestor.ingestion-requested': 400,
      'trainer.features-computed': 400,
      'trainer.drift-detected': 20,
      'predictor.model-ready': 420,
      'monitor.forecast-made': 420,
    });
  });

  it('handles each message once where machines are taken away, too', () => {
    const outcome = simulate({ preemptions: [300, 400] });
    expect(outcome.handled).toEqual(outcome.published);
  });

  it('says the same for the same seed, and something else for another', () => {
    expect(simulate()).toEqual(simulate());
    expect(simulate({}, 2).forecasts).not.toEqual(simulate().forecasts);
  });

  it('never has more pods that take messages than the manifests allow, and ends with the least', () => {
    const { points } = simulate({ symbols: 2000 });
    for (const { service, scale } of WORKLOADS) {
      // One that drains takes nothing; its successor may already run.
      expect(Math.max(...points[service].map(({ ready }) => ready))).toBeLessThanOrEqual(scale.most);
      expect(points[service].at(-1)).toMatchObject({ placed: scale.least, backlog: 0 });
    }
  });

  it('holds a pod of each service ready before the message, or none without the cron trigger', () => {
    const before = ({ points }: Outcome) =>
      SERVICES.map((service) => points[service].findLast(({ at }) => at < 0)?.ready);
    expect(before(simulate())).toEqual([1, 1, 1, 1, 1]);
    expect(before(simulate({ warmPods: 0 }))).toEqual([0, 0, 0, 0, 1]);
  });

  it('begins from zero only when Cloud Monitoring has told of the message', () => {
    const [first = NaN] = simulate({ warmPods: 0 }).forecasts;
    expect(first).toBeGreaterThan(120 + 60);
  });

  it('follows the settings of the workloads', () => {
    const changed = (change: { most?: number; cpu?: number }) =>
      simulate({
        symbols: 2000,
        trains: 0,
        alarms: 0,
        workloads: WORKLOADS.map(({ scale, ...workload }) => ({
          ...workload,
          cpu: change.cpu ?? workload.cpu,
          scale: { ...scale, most: change.most ?? scale.most },
        })),
      });
    expect(mostPods(changed({ most: 2 }), 'ingestor')).toBe(2);
    expect(last(changed({ most: 1 }))).toBeGreaterThan(last(changed({})));
    expect(last(changed({ cpu: 100 }))).toBeGreaterThan(last(changed({})));
  });

  it('keeps a pod of each service all day where Kubernetes’ own autoscaler scales', () => {
    const { podSeconds } = simulate({ scaledBy: 'hpa' });
    for (const service of SERVICES) expect(podSeconds[service]).toBeGreaterThanOrEqual(24 * 3600 - 600);
    expect(simulate().podSeconds.predictor).toBeLessThan(3 * 3600);
  });
});
