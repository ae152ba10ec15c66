import { connectPubSub, Publisher } from '@closing-bell/messaging';
import { MonitorClient } from './monitor-client';
import { readRunFile } from './run-file';
import { CommandError, type Terminal } from './terminal';

/** What a command talks to: the running services, and Pub/Sub to speak to them. */
export interface Connection {
  readonly monitor: MonitorClient;
  readonly publisher: Publisher;
  close(): Promise<void>;
}

/**
 * Connects to what `closing-bell up` started in the home, or to what the environment names.
 *
 * @throws CommandError when neither says where the services are
 */
export function connect(terminal: Terminal): Connection {
  const { config, environment, clock } = terminal;
  const run = readRunFile(config.home);
  const monitorUrl = environment.CLOSING_BELL_MONITOR_URL ?? run?.services.monitor;
  if (monitorUrl === undefined) {
    throw new CommandError(
      `nothing runs in ${config.home}. Start it with \`closing-bell up\`, or set CLOSING_BELL_MONITOR_URL to a monitor elsewhere.`,
    );
  }
  const emulatorHost = run?.pubsub ?? config.emulatorHost;
  const pubsub = connectPubSub({
    projectId: config.projectId,
    ...(emulatorHost === undefined ? {} : { emulatorHost }),
  });
  return {
    monitor: new MonitorClient(monitorUrl),
    publisher: new Publisher({ pubsub, source: 'command-line', clock }),
    close: () => pubsub.close(),
  };
}
