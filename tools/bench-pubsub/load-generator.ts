import { PubSub } from '@google-cloud/pubsub';
import { type Load, type Report } from './client-process';

/** How often a steady load publishes what is due, milliseconds. */
const TICK = 1;
const TIME_BYTES = 8;

const connect = (address: string): PubSub =>
  new PubSub({ apiEndpoint: address, emulatorMode: true, projectId: 'bench' });

const now = (): number => performance.timeOrigin + performance.now();

const say = (report: Report): void => void process.send?.(report);

async function subscribe(load: Extract<Load, { role: 'subscriber' }>): Promise<void> {
  const latencies = new Float64Array(load.messages);
  const seen = new Set<string>();
  for (let index = 0; index < load.subscribers; index++) {
    const subscription = connect(load.address).subscription(load.subscription);
    subscription.on('message', (message) => {
      message.ack();
      if (seen.has(message.id)) return;
      latencies[seen.size] = now() - message.data.readDoubleLE(0);
      seen.add(message.id);
      if (seen.size < load.messages) return;
      const endedAt = now();
      latencies.sort();
      const quantile = (q: number): number => latencies[Math.ceil(q * latencies.length) - 1] ?? NaN;
      say({ kind: 'received', endedAt, p50: quantile(0.5), p99: quantile(0.99) });
    });
    subscription.on('error', (error) => {
      throw error;
    });
  }
  // The streams open in the background; a topic's messages wait for them.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  say({ kind: 'ready' });
}

async function publish(load: Extract<Load, { role: 'publisher' }>): Promise<void> {
  const batching = load.rate === undefined ? {} : { batching: { maxMilliseconds: 1 } };
  const topic = connect(load.address).topic(load.topic, batching);
  const acknowledged: Promise<unknown>[] = [];
  const publishOne = (): void => {
    const data = Buffer.alloc(load.messageBytes, 'x');
    data.writeDoubleLE(now(), 0);
    acknowledged.push(topic.publishMessage({ data }));
  };
  if (load.messageBytes < TIME_BYTES) throw new Error(`A message needs at least ${TIME_BYTES} bytes for its time.`);
  const startedAt = now();
  while (acknowledged.length < load.messages) {
    const due = load.rate === undefined ? load.messages : ((now() - startedAt) / 1000) * load.rate;
    while (acknowledged.length < Math.min(load.messages, due)) publishOne();
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  await Promise.all(acknowledged);
  say({ kind: 'published', startedAt });
}

const load = JSON.parse(process.argv[2] ?? '') as Load;
const running = load.role === 'subscriber' ? subscribe(load) : publish(load);
running.catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
