import { createServer } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { Broker, type BrokerStats } from './broker/broker';
import { type Clock, systemClock } from './clock';
import { StartError } from './journal/data-directory';
import { Journal } from './journal/journal';
import { AckIds } from './rpc/ack-ids';
import { publisherService } from './rpc/publisher-service';
import { publisherDefinition, schemaServiceDefinition, subscriberDefinition } from './rpc/service-definitions';
import { subscriberService } from './rpc/subscriber-service';
import { refuseSchemas } from './rpc/unary-handler';
import { unavailable } from './status-error';

export interface LocalPubSubOptions {
  /** Interface to listen on; 127.0.0.1 by default, which other machines do not reach. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Where topics, subscriptions and messages are kept over restarts. Without it they are in memory only. */
  readonly dataDirectory?: string;
  readonly clock?: Clock;
}

/** Larger than Google's limit for a publish request, so that what is above it is refused with Google's status code. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
/** How long calls may take to end when the server stops, milliseconds. */
const SHUTDOWN_GRACE = 1000;

/**
 * A Pub/Sub server for one machine: google.pubsub.v1 over gRPC, reached by Google's client through PUBSUB_EMULATOR_HOST. With a
 * data directory a publish is acknowledged when it is on disk, and a crash at any moment loses no acknowledged message.
 * Not there: snapshots, schemas, push and export subscriptions, which answer UNIMPLEMENTED; access control.
 */
export class LocalPubSub {
  readonly #server: Server;
  readonly #broker: Broker;
  readonly #journal: Journal | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(
    /** `host:port`, as PUBSUB_EMULATOR_HOST wants it. */
    readonly address: string,
    server: Server,
    broker: Broker,
    journal: Journal | undefined,
  ) {
    this.#server = server;
    this.#broker = broker;
    this.#journal = journal;
  }

  /** @throws StartError for a port in use, or a data directory that another server holds or that cannot be written. */
  static async start(options: LocalPubSubOptions = {}): Promise<LocalPubSub> {
    const { host = '127.0.0.1', port = 0, dataDirectory, clock = systemClock } = options;
    const journal = dataDirectory === undefined ? undefined : await Journal.open(dataDirectory, clock);
    const broker = new Broker(clock, journal);
    const server = new Server({
      'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
      'grpc.max_send_message_length': -1,
    });
    server.addService(publisherDefinition, publisherService(broker));
    server.addService(subscriberDefinition, subscriberService(broker, new AckIds(broker.leaseEra)));
    server.addService(schemaServiceDefinition, refuseSchemas(schemaServiceDefinition));
    try {
      const boundPort = await bind(server, host, port);
      return new LocalPubSub(`${host}:${boundPort}`, server, broker, journal);
    } catch (error) {
      broker.stop(unavailable('The server did not start.'));
      await journal?.close();
      throw error;
    }
  }

  /** Ends all streams with UNAVAILABLE, so that clients reconnect, and writes what is not on disk yet. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  stats(): BrokerStats {
    return this.#broker.stats();
  }

  async #stop(): Promise<void> {
    this.#broker.stop(unavailable('The server is stopping: connect again when it is back.'));
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => this.#server.forceShutdown(), SHUTDOWN_GRACE);
      this.#server.tryShutdown(() => {
        clearTimeout(force);
        resolve();
      });
    });
    // Acks that came while calls ended have started timers again.
    this.#broker.stop(unavailable('The server is stopped.'));
    await this.#journal?.close();
  }
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  await requireFree(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, boundPort) => {
      if (error) reject(error);
      else resolve(boundPort);
    });
  });
}

/** Listens for a moment, because gRPC prints an error of its own before it reports one. */
function requireFree(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // A client that tries to reconnect just now is turned away, and tries again.
    const probe = createServer((socket) => socket.destroy());
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const advice =
        error.code === 'EADDRINUSE'
          ? `Port ${port} on ${host} is in use: stop what listens there, or give another port.`
          : `Cannot listen on ${host}:${port} (${error.message}): give an address of this machine and a port that you may use.`;
      reject(new StartError(advice, { host, port }, { cause: error }));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}
