import { PermanentError } from '@closing-bell/contracts';
import { Registry } from 'prom-client';
import { type Handler } from '../../src/handler';
import { metrics } from '../../src/middlewares/metrics';
import { incoming } from '../fixtures';

describe('metrics', () => {
  it('counts outcomes and measures lag and duration by subscription', async () => {
    const registry = new Registry();
    let now = 0;
    const middleware = metrics(registry, () => (now += 50), () => new Date('2020-03-16T20:00:03Z')); // prettier-ignore
    const outcomes: Handler[] = [
      async () => [],
      () => Promise.reject(new Error('passing')),
      () => Promise.reject(new PermanentError('for good', { reason: 'x' })),
    ];
    for (const outcome of outcomes) await middleware(outcome)(incoming()).catch(() => undefined);
    const text = await registry.metrics();
    const subscription = 'subscription="ingestor.ingestion-requested"';
    for (const outcome of ['done', 'retried', 'dead-lettered']) {
      expect(text).toContain(`closing_bell_messages_total{${subscription},outcome="${outcome}"} 1`);
    }
    expect(text).toContain(`closing_bell_message_lag_seconds_sum{${subscription}} 9`);
    expect(text).toContain(`closing_bell_message_seconds_count{${subscription}} 3`);
    expect(text).toContain(`closing_bell_messages_in_hand{${subscription}} 0`);
  });
});
