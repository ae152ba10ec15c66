import { type FitNetwork } from '@closing-bell/forecasting';
import { inSpan } from '@closing-bell/tracing';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the trainer counts and measures. */
export class TrainerMetrics {
  readonly decisions: Counter<'decision' | 'trigger'>;
  private readonly seconds: Histogram<'outcome'>;
  private readonly running: Gauge;
  private readonly epochs: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.decisions = new Counter({
      name: 'closing_bell_model_decisions_total',
      help: 'Decisions on the model that serves: kept, promoted, rejected or baseline. One that is said again counts again.',
      labelNames: ['decision', 'trigger'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'closing_bell_training_seconds',
      help: 'Time that the training of one network took; outcome: done or failed, which an abort on drain is, too.',
      labelNames: ['outcome'],
      buckets: [0.5, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
      registers,
    });
    this.running = new Gauge({
      name: 'closing_bell_trainings_running',
      help: 'Trainings of a network that run or wait for a process.',
      registers,
    });
    this.epochs = new Counter({
      name: 'closing_bell_training_epochs_total',
      help: 'Epochs that trainings computed; those that one went on after are not counted again.',
      registers,
    });
  }

  /** A fit that is measured and traced. */
  measured(fit: FitNetwork): FitNetwork {
    return (task, observer) =>
      inSpan('train network', {}, async () => {
        const stop = this.seconds.startTimer();
        this.running.inc();
        let outcome = 'failed';
        try {
          const fitted = await fit(task, {
            ...observer,
            onEpoch: (report, origin) => {
              if (origin === 'computed') this.epochs.inc();
              observer.onEpoch?.(report, origin);
            },
          });
          outcome = 'done';
          return fitted;
        } finally {
          this.running.dec();
          stop({ outcome });
        }
      });
  }
}
