import { exportNetwork } from '@closing-bell/forecasting';
import { type ModelRegistry, openMlflowRegistry, RegistryDelivery } from '@closing-bell/registry';
import { type ObjectStore, openObjectStore } from '@closing-bell/storage';
import { randomUUID } from 'node:crypto';

/** Where MLflow is, and how to be let in. */
export interface MlflowSettings {
  /** Address of the server; undefined: there is none. */
  readonly mlflow: string | undefined;
  readonly mlflowUsername: string | undefined;
  readonly mlflowPassword: string | undefined;
  readonly mlflowToken: string | undefined;
  readonly mlflowExperiment: string;
  /** Where artifacts at gs:// are, if not at Google. */
  readonly gcsEndpoint: string | undefined;
}

/** What the registry of the object store is told to, and how. */
export interface MlflowDelivery {
  readonly registry: ModelRegistry;
  readonly delivery: RegistryDelivery;
}

/** The delivery of the object store's registry to MLflow; undefined where no MLflow is configured. */
export function openMlflowDelivery(
  settings: MlflowSettings,
  { objects, from, clock }: { objects: ObjectStore; from: ModelRegistry; clock: () => Date },
): MlflowDelivery | undefined {
  const { mlflow, mlflowUsername, mlflowPassword, mlflowToken, mlflowExperiment } = settings;
  if (mlflow === undefined) return undefined;
  const registry = openMlflowRegistry({
    url: mlflow,
    ...(mlflowUsername === undefined ? {} : { username: mlflowUsername }),
    ...(mlflowPassword === undefined ? {} : { password: mlflowPassword }),
    ...(mlflowToken === undefined ? {} : { token: mlflowToken }),
    experiment: mlflowExperiment,
    exportNetwork,
    openObjects: (url) => openObjectStore(url, settings),
  });
  const delivery = new RegistryDelivery({
    from,
    to: registry,
    objects,
    destination: `${mlflow} ${mlflowExperiment}`,
    writer: randomUUID(),
    clock,
  });
  return { registry, delivery };
}
