import { join } from 'node:path';
import { type BigQueryEmulatorProgram, findBigQueryEmulator, startBigQueryEmulator } from '../bigquery-emulator/server';
import { findFakeGcs, startFakeGcs } from '../fake-gcs/server';
import { mlflowPython, startMlflow } from '../mlflow/server';
import { locatePubSubEmulator, startPubSubEmulator } from '../pubsub-emulator/server';
import { type ServerProcess } from './server-process';

/** A project and a bucket that exist in an emulator, and a dataset that `closing-bell setup` makes. */
const PROJECT = 'closing-bell';
const BUCKET = 'closing-bell';
const DATASET = 'closing_bell';

/** What stands in for Google Cloud on this machine, and MLflow: the files that are started. */
export interface EmulatorPrograms {
  readonly pubsubJar: string;
  readonly fakeGcs: string;
  readonly bigQueryEmulator: BigQueryEmulatorProgram;
  readonly mlflowPython: string;
}

/** Emulators that answer. */
export interface RunningEmulators {
  /** The variables that lead the services to them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves with the name of the first that ended, by whatever. */
  readonly ended: Promise<string>;
  /** Ends all. */
  stop(): Promise<void>;
}

/** The programs as the Makefile installs them under `root`, or a line for each that is missing: which, and how to get it. */
export function findEmulators(
  root: string,
): { readonly programs: EmulatorPrograms } | { readonly missing: readonly string[] } {
  const pubsub = locatePubSubEmulator();
  const pubsubJar = 'jar' in pubsub ? pubsub.jar : undefined;
  const fakeGcs = findFakeGcs(root);
  const bigQueryEmulator = findBigQueryEmulator(root);
  const python = mlflowPython(join(root, '.cache/mlflow'));
  if (pubsubJar && fakeGcs && bigQueryEmulator && python) {
    return { programs: { pubsubJar, fakeGcs, bigQueryEmulator, mlflowPython: python } };
  }
  const missing = [
    'absent' in pubsub ? `Google's Pub/Sub emulator: ${pubsub.absent}` : '',
    fakeGcs ? '' : 'fake-gcs-server: `make .cache/go/bin/fake-gcs-server`',
    bigQueryEmulator ? '' : 'the BigQuery emulator: `make .cache/bigquery-emulator/.installed`',
    python ? '' : 'MLflow: `make .cache/mlflow/.installed`',
  ];
  return { missing: missing.filter((line) => line !== '') };
}

/**
 * Starts Google's Pub/Sub emulator, fake-gcs-server with a bucket, the BigQuery emulator and MLflow, all on this machine alone.
 * 800 MB and a quarter of a minute. What is in the first three is gone when they end; MLflow's data lie in `folder`.
 * firstPort: of five in a row; 0, or none, for any free ones.
 */
export async function startEmulators(
  programs: EmulatorPrograms,
  options: { readonly folder: string; readonly firstPort?: number },
): Promise<RunningEmulators> {
  const port = (index: number): number => (options.firstPort ? options.firstPort + index : 0);
  const starts = [
    startPubSubEmulator(programs.pubsubJar, { port: port(0) }),
    startFakeGcs(programs.fakeGcs, { port: port(1) }),
    startBigQueryEmulator(programs.bigQueryEmulator, { project: PROJECT, port: port(2), grpcPort: port(3) }),
    startMlflow({ python: programs.mlflowPython, folder: options.folder, port: port(4) }),
  ] as const;
  const stop = async (): Promise<void> => {
    const started = await Promise.allSettled<ServerProcess>(starts);
    const stops = started.map(async (start) => (start.status === 'fulfilled' ? start.value.stop() : undefined));
    await Promise.all(stops);
  };
  try {
    const [pubsub, objects, bigQuery, mlflow] = await Promise.all(starts);
    await objects.makeBucket(BUCKET);
    return {
      environment: {
        PUBSUB_EMULATOR_HOST: pubsub.address,
        CLOSING_BELL_OBJECTS: `gs://${BUCKET}`,
        CLOSING_BELL_GCS_ENDPOINT: objects.url,
        CLOSING_BELL_WAREHOUSE: `bigquery://${PROJECT}/${DATASET}`,
        CLOSING_BELL_BIGQUERY_ENDPOINT: bigQuery.url,
        CLOSING_BELL_BIGQUERY_STORAGE_ENDPOINT: bigQuery.grpcAddress,
        MLFLOW_TRACKING_URI: mlflow.url,
      },
      ended: Promise.race([
        pubsub.ended.then(() => "Google's Pub/Sub emulator"),
        objects.ended.then(() => 'fake-gcs-server'),
        bigQuery.ended.then(() => 'the BigQuery emulator'),
        mlflow.ended.then(() => 'MLflow'),
      ]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
