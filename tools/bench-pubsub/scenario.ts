import { ClientProcess } from './client-process';
import { type ServerKind, ServerProcess, type Usage } from './server-process';

/** A load to put on a server. */
export interface Scenario {
  readonly name: string;
  readonly messages: number;
  readonly messageBytes: number;
  readonly subscribers: number;
  /** Messages a second; undefined for as fast as they go. */
  readonly rate?: number;
}

/** What one run of a scenario measured. Latencies are milliseconds from publish call to handler. */
export interface Result extends Usage {
  readonly messagesPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const TOPIC = 'load';
const SUBSCRIPTION = 'load-subscription';

/** Runs a scenario on a new server: publisher and subscribers are two more processes. */
export async function run(kind: ServerKind, scenario: Scenario, emulatorJar: string | undefined): Promise<Result> {
  const server = await ServerProcess.start(kind, emulatorJar);
  const clients: ClientProcess[] = [];
  try {
    const admin = server.client;
    const [topic] = await admin.createTopic(TOPIC);
    await topic.createSubscription(SUBSCRIPTION);
    await admin.close();
    const { messages, messageBytes, subscribers, rate } = scenario;
    const { address } = server;
    const subscriber = new ClientProcess({
      role: 'subscriber',
      address,
      subscription: SUBSCRIPTION,
      subscribers,
      messages,
    });
    clients.push(subscriber);
    const received = subscriber.report('received');
    received.catch(() => undefined);
    await subscriber.report('ready');
    const publisher = new ClientProcess({
      role: 'publisher',
      address,
      topic: TOPIC,
      messages,
      messageBytes,
      ...(rate !== undefined && { rate }),
    });
    clients.push(publisher);
    const [{ startedAt }, { endedAt, p50, p99 }] = await Promise.all([publisher.report('published'), received]);
    const messagesPerSecond = (messages / (endedAt - startedAt)) * 1000;
    return { messagesPerSecond, p50, p99, ...server.usage() };
  } finally {
    for (const client of clients) client.stop();
    await server.stop();
  }
}
