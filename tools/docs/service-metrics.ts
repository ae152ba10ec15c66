import { type ServiceName } from '@closing-bell/contracts';
import { type Counter, type Gauge, type Histogram, Registry, type Summary } from 'prom-client';
import { FeatureMetrics } from '../../apps/feature-service/src/feature-metrics';
import { IngestorMetrics } from '../../apps/ingestor/src/ingestor-metrics';
import { MonitorMetrics } from '../../apps/monitor/src/monitor-metrics';
import { PredictorMetrics } from '../../apps/predictor/src/predictor-metrics';
import { TrainerMetrics } from '../../apps/trainer/src/trainer-metrics';
import { metrics as messageMetrics } from '../../libs/messaging/src/middlewares/metrics';
import { Lifecycle } from '../../libs/platform/src/lifecycle';
import { publicationCounter, registerProcessMetrics } from '../../libs/platform/src/process-metrics';

/** What a metric is, as its service registers it. */
export interface MetricFact {
  readonly service: ServiceName | 'every service';
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** Beside `service`, which all have. */
  readonly labels: readonly string[];
}

/** prom-client's own types leave out what its metrics are described by. */
type Described = (Counter | Gauge | Histogram | Summary) & {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
};

const REGISTER: Readonly<Record<MetricFact['service'], (registry: Registry) => unknown>> = {
  'every service': (registry) => {
    registerProcessMetrics(registry, { version: '', commit: undefined, lifecycle: new Lifecycle() });
    publicationCounter(registry);
    messageMetrics(
      registry,
      () => 0,
      () => new Date(0),
    );
  },
  ingestor: (registry) => new IngestorMetrics(registry),
  'feature-service': (registry) => new FeatureMetrics(registry),
  trainer: (registry) => new TrainerMetrics(registry),
  predictor: (registry) => new PredictorMetrics(registry),
  monitor: (registry) => new MonitorMetrics(registry, () => new Date(0)),
};

/** Every metric of the services, by registering them all; Node's own are among those of every service. */
export function serviceMetrics(): MetricFact[] {
  return Object.entries(REGISTER).flatMap(([service, register]) => {
    const registry = new Registry();
    register(registry);
    return (registry.getMetricsAsArray() as unknown as Described[]).map(({ name, help, type, labelNames }) => ({
      service: service as MetricFact['service'],
      name,
      help,
      type,
      labels: labelNames,
    }));
  });
}
