import { SERVICES } from '@closing-bell/contracts';
import { type Config } from '@closing-bell/platform';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readRunFile, removeRunFile, writeRunFile } from '../run-file';
import { CommandError } from '../terminal';
import { Child, type ChildReporter } from './child';
import { freePort } from './free-port';

// This file's place in the compiled tree: dist/apps/cli/src/supervisor.
const DIST = resolve(__dirname, '../../../..');

export interface SupervisorOptions {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly reporter: ChildReporter;
}

/** The local Pub/Sub server and the five services as processes of one machine. */
export class Supervisor {
  private pubsub: Child | undefined;
  private services: Child[] = [];

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

    const address = `127.0.0.1:${await freePort()}`;
    const [, port = '0'] = address.split(':');
    this.pubsub = new Child(
      {
        name: 'pubsub',
        command: [join(DIST, 'libs/local-pubsub/src/main.js'), '--port', port, '--data', join(home, 'pubsub')],
        environment: { ...environment },
      },
      reporter,
    );
    await this.pubsub.start();

    const urls: Record<string, string> = {};
    for (const name of SERVICES) {
      const httpPort = String(await freePort());
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
    writeRunFile(home, { pid: process.pid, pubsub: address, services: urls });
  }

  /** Process ids by name, for who wants to look or to kill. */
  processes(): Record<string, number | undefined> {
    return Object.fromEntries(
      [...(this.pubsub ? [this.pubsub] : []), ...this.services].map(({ name, pid }) => [name, pid]),
    );
  }

  /** Drains the services, then the server that carries their messages. */
  async stop(): Promise<void> {
    removeRunFile(resolve(this.options.config.home));
    await Promise.all(this.services.map((service) => service.stop()));
    await this.pubsub?.stop();
  }
}
