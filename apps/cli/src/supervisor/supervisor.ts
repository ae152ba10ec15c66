import { SERVICES } from '@closing-bell/contracts';
import { type Config } from '@closing-bell/platform';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { readRunFile, removeRunFile, writeRunFile } from '../run-file';
import { CommandError } from '../terminal';
import { Child, type ChildReporter } from './child';
import { freePort, freePortNear } from './free-port';

// This file's place in the compiled tree: dist/apps/cli/src/supervisor.
const DIST = resolve(__dirname, '../../../..');
const REACH_MILLISECONDS = 5000;

export interface SupervisorOptions {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly reporter: ChildReporter;
}

/** The five services as processes of one machine, with the embedded Pub/Sub server where the configuration names no other. */
export class Supervisor {
  private pubsub: Child | undefined;
  private services: Child[] = [];
  private urls: Readonly<Record<string, string>> = {};

  constructor(private readonly options: SupervisorOptions) {}

  /** Starts everything; resolves when all are ready. */
  async start(): Promise<void> {
    const { config, environment, reporter } = this.options;
    const home = resolve(config.home);
    const running = readRunFile(home);
    if (running) {
      throw new CommandError(
        `already running in ${home} (process ${running.pid}); stop that one first, or set CLOSING_BELL_HOME`,
      );
    }
    if (!existsSync(join(DIST, 'apps/ingestor/src/main.js')))
      throw new CommandError('not built yet: run `make build` first');

    const { emulatorHost } = config;
    if (emulatorHost !== undefined && !(await isListening(emulatorHost))) {
      throw new CommandError(
        `nothing listens at ${emulatorHost}, which PUBSUB_EMULATOR_HOST names. Start it, or unset the variable: then an embedded Pub/Sub is started.`,
      );
    }
    const address = emulatorHost ?? (await this.startPubSub(home));

    const urls: Record<string, string> = {};
    for (const name of SERVICES) {
      // People find the dashboard where it was yesterday.
      const httpPort = String(name === 'monitor' ? await freePortNear(config.dashboardPort) : await freePort());
      urls[name] = `http://127.0.0.1:${httpPort}`;
      this.services.push(
        new Child(
          {
            name,
            command: [join(DIST, `apps/${name}/src/main.js`)],
            environment: {
              ...environment,
              PUBSUB_EMULATOR_HOST: address,
              CLOSING_BELL_HOME: home,
              CLOSING_BELL_HTTP_PORT: httpPort,
              CLOSING_BELL_HTTP_HOST: '127.0.0.1',
            },
            readyUrl: `${urls[name]}/health/ready`,
          },
          reporter,
        ),
      );
    }
    await Promise.all(this.services.map((service) => service.start()));
    this.urls = urls;
    writeRunFile(home, { pid: process.pid, pubsub: address, services: urls });
  }

  /** Starts the embedded server, durable in the home. Returns its address. */
  private async startPubSub(home: string): Promise<string> {
    const port = await freePort();
    this.pubsub = new Child(
      {
        name: 'pubsub',
        command: [join(DIST, 'libs/local-pubsub/src/main.js'), '--port', String(port), '--data', join(home, 'pubsub')],
        environment: { ...this.options.environment },
      },
      this.options.reporter,
    );
    await this.pubsub.start();
    return `127.0.0.1:${port}`;
  }

  /** Where the dashboard is, once everything has started. */
  get dashboard(): string {
    return this.urls['monitor'] ?? '';
  }

  /** Process ids by name, for who wants to look or to kill. */
  processes(): Record<string, number | undefined> {
    return Object.fromEntries(
      [...(this.pubsub ? [this.pubsub] : []), ...this.services].map(({ name, pid }) => [name, pid]),
    );
  }

  /** Drains the services, then the server that carries their messages, where it is ours. */
  async stop(): Promise<void> {
    removeRunFile(resolve(this.options.config.home));
    await Promise.all(this.services.map((service) => service.stop()));
    await this.pubsub?.stop();
  }
}

/** Whether anything takes connections at `host:port`: a client would go on trying for a minute. */
function isListening(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((settle) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 80),
      timeout: REACH_MILLISECONDS,
    });
    const answer = (is: boolean) => {
      socket.destroy();
      settle(is);
    };
    socket.once('connect', () => answer(true));
    for (const event of ['timeout', 'error'] as const) socket.once(event, () => answer(false));
  });
}
