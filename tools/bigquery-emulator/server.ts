import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../apps/cli/src/supervisor/free-port';
import { answersGrpc, answersOk, type ServerProcess, startServerProcess } from '../emulators/server-process';

/** A second on an idle machine; one shared with other work takes several times as long. */
const START_MS = 120_000;

/** A BigQuery emulator that answers, with its tables in memory: 200 MB when it is empty. */
export interface BigQueryEmulatorProcess extends ServerProcess {
  /** `http://127.0.0.1:port`; the client's `apiEndpoint`. */
  readonly url: string;
  /** `127.0.0.1:port` of the Storage APIs, without TLS. */
  readonly grpcAddress: string;
}

/** Where it runs. Ports: 0, or none, for any free one. */
export interface BigQueryEmulatorOptions {
  /** The project of requests that name none. */
  readonly project: string;
  readonly port?: number;
  readonly grpcPort?: number;
}

/** What runs it: see emulator.py, which is the script. */
export interface BigQueryEmulatorProgram {
  readonly python: string;
  readonly script: string;
}

/** The program in the environment that `make .cache/bigquery-emulator/.installed` makes under `root`; undefined where it has not, or not to the end. */
export function findBigQueryEmulator(root: string): BigQueryEmulatorProgram | undefined {
  const environment = join(root, '.cache/bigquery-emulator');
  if (!existsSync(join(environment, '.installed'))) return undefined;
  return { python: join(environment, 'bin/python3'), script: join(root, 'tools/bigquery-emulator/emulator.py') };
}

/** Starts the emulator on this machine alone and waits until both its ports answer. */
export async function startBigQueryEmulator(
  { python, script }: BigQueryEmulatorProgram,
  options: BigQueryEmulatorOptions,
): Promise<BigQueryEmulatorProcess> {
  const port = await freePort(options.port);
  const grpcPort = await freePort(options.grpcPort);
  const url = `http://127.0.0.1:${port}`;
  const grpcAddress = `127.0.0.1:${grpcPort}`;
  const server = await startServerProcess(
    {
      program: python,
      arguments: [
        ...[script, 'start', '--ephemeral', '--project', options.project, '--log-level', 'warning'],
        ...['--rest-host', '127.0.0.1', '--rest-port', String(port)],
        ...['--grpc-host', '127.0.0.1', '--grpc-port', String(grpcPort)],
      ],
      environment: environmentOf(process.env, join(python, '../../home')),
      limitMs: START_MS,
    },
    async () => (await answersOk(`${url}/healthz`)) && (await answersGrpc(grpcAddress)),
  );
  return { ...server, url, grpcAddress };
}

/**
 * Settings that somebody has for another emulator, or for traces, are left out. DuckDB finds its extension in `home` and asks no
 * network; the one for Avro, which it would ask for next, is not wanted.
 */
function environmentOf(environment: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  const others = Object.entries(environment).filter(([name]) => !/^(BQEMU|OTEL)_/.test(name));
  return { ...Object.fromEntries(others), HOME: home, BQEMU_ENABLE_FORMAT_EXTENSIONS: 'false' };
}
