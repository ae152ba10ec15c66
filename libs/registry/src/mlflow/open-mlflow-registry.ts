import { type ObjectStore } from '@closing-bell/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { MlflowClient } from './mlflow-client';
import { MlflowConnection, type MlflowServer } from './mlflow-connection';
import { MlflowLedger } from './mlflow-ledger';
import { type ExportNetwork, MlflowModelRegistry } from './mlflow-registry';

/** The registry on an MLflow server of version 3, which is first asked when it is used. */
export function openMlflowRegistry({
  experiment,
  exportNetwork,
  openObjects,
  ...server
}: MlflowServer & {
  /** Name of the experiment that runs and models are kept in; made where it is not there. */
  readonly experiment: string;
  readonly exportNetwork: ExportNetwork;
  /** Opens the object store of artifacts that lie in one; by default as its URL says alone. */
  readonly openObjects?: (url: string) => ObjectStore;
}): MlflowModelRegistry {
  const waiting = { random: Math.random, sleep: (milliseconds: number) => sleep(milliseconds) };
  const client = new MlflowClient(new MlflowConnection(server, { fetch, ...waiting }), openObjects);
  return new MlflowModelRegistry(new MlflowLedger(client, waiting), experiment, exportNetwork);
}
