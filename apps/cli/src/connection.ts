import { connectPubSub, Publisher } from '@closing-bell/messaging';
import { startTracing } from '@closing-bell/platform';
import { MonitorClient } from './monitor-client';
import { readRunFile } from './run-file';
import { CommandError, type Terminal } from './terminal';

const FLUSH_MILLISECONDS = 2000;

/** What a command talks to: the running services, and Pub/Sub to speak to them. */
export interface Connection {
  readonly monitor: MonitorClient;
  readonly publisher: Publisher;
  close(): Promise<void>;
}

/** Where the monitor answers: as the environment says, or `closing-bell up` in the home; undefined where neither does. */
export function monitorUrlOf({ config, environment }: Terminal): string | undefined {
  return environment.CLOSING_BELL_MONITOR_URL ?? readRunFile(config.home)?.services.monitor;
}

/**
 * Connects to what `closing-bell up` started in the home, or to what the environment names.
 *
 * @throws CommandError when neither says where the services are
 */
export function connect(terminal: Terminal): Connection {
  const { config, clock } = terminal;
  const monitorUrl = monitorUrlOf(terminal);
  if (monitorUrl === undefined) {
    throw new CommandError(
      `nothing runs in ${config.home}. Start it with \`closing-bell up\`, or set CLOSING_BELL_MONITOR_URL to a monitor elsewhere.`,
    );
  }
  // Who names a monitor elsewhere means its Pub/Sub, too, whatever runs here.
  const elsewhere = terminal.environment.CLOSING_BELL_MONITOR_URL !== undefined;
  const emulatorHost = (elsewhere ? undefined : readRunFile(config.home)?.pubsub) ?? config.emulatorHost;
  const pubsub = connectPubSub({
    projectId: config.projectId,
    ...(emulatorHost === undefined ? {} : { emulatorHost }),
  });
  // A close that is published here is where its trace begins.
  const tracing = startTracing('command-line', config, (trouble) => console.error(trouble));
  return {
    monitor: new MonitorClient(monitorUrl),
    publisher: new Publisher({ pubsub, source: 'command-line', clock }),
    close: async () => {
      await pubsub.close();
      await tracing.stop(FLUSH_MILLISECONDS);
    },
  };
}
