import { PermanentError } from '@closing-bell/contracts';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Middleware } from '../handler';

/** Counts messages by outcome, and measures handling time, waiting time and what is in hand. Names follow Prometheus' conventions. */
export function metrics(registry: Registry, now: () => number, clock: () => Date): Middleware {
  const labelNames = ['subscription'] as const;
  const registers = [registry];
  const handled = new Counter({
    name: 'closing_bell_messages_total',
    help: 'Messages by subscription and outcome: done, retried or dead-lettered.',
    labelNames: [...labelNames, 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'closing_bell_message_seconds',
    help: 'Time a handler took.',
    labelNames,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1800],
    registers,
  });
  const lag = new Histogram({
    name: 'closing_bell_message_lag_seconds',
    help: 'Time between publication and the start of the handler.',
    labelNames,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600, 3600],
    registers,
  });
  const inHand = new Gauge({
    name: 'closing_bell_messages_in_hand',
    help: 'Messages whose handler is running.',
    labelNames,
    registers,
  });
  return (next) => async (incoming) => {
    const labels = { subscription: incoming.subscription.name };
    const started = now();
    lag.observe(labels, Math.max(0, clock().getTime() - incoming.received.publishTime.getTime()) / 1000);
    inHand.inc(labels);
    try {
      const outgoing = await next(incoming);
      handled.inc({ ...labels, outcome: 'done' });
      return outgoing;
    } catch (error) {
      handled.inc({ ...labels, outcome: error instanceof PermanentError ? 'dead-lettered' : 'retried' });
      throw error;
    } finally {
      inHand.dec(labels);
      duration.observe(labels, (now() - started) / 1000);
    }
  };
}
