import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlflowClient } from '../../src/mlflow/mlflow-client';
import { MlflowConnection } from '../../src/mlflow/mlflow-connection';
import { MlflowLedger } from '../../src/mlflow/mlflow-ledger';
import { MlflowModelRegistry } from '../../src/mlflow/mlflow-registry';
import { mlflowPython, type MlflowProcess, startMlflow } from '../../../../tools/mlflow/server';

const ENVIRONMENT = process.env['CLOSING_BELL_TEST_MLFLOW'] ?? join(__dirname, '../../../../.cache/mlflow');

/** A real server of MLflow for the tests of a file. */
export interface RealMlflow {
  /** Python that has MLflow, Keras and ONNX Runtime. */
  readonly python: string;
  readonly url: string;
}

/** Describes tests that ask a real MLflow server, which runs while they do. They are skipped where MLflow is not installed. */
export function describeOnMlflow(name: string, tests: (mlflow: RealMlflow) => void): void {
  const python = mlflowPython(ENVIRONMENT);
  if (python === undefined) {
    const missing = `${ENVIRONMENT} has no MLflow. Run \`make test-integration\`, which installs it.`;
    if (process.env['CLOSING_BELL_REQUIRE_MLFLOW'] === '1') throw new Error(missing);
    // Not by the console, which Jest does not show of a file that is skipped whole while others run.
    process.stderr.write(`Skipped: nothing is asked of a real MLflow server, for ${missing}\n`);
    describe.skip(name, () => tests({ python: '', url: '' }));
    return;
  }
  describe(name, () => {
    let folder: string;
    let server: MlflowProcess | undefined;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'registry-mlflow-'));
      server = await startMlflow({ python, folder, port: 0 });
    });
    afterAll(async () => {
      await server?.stop();
      rmSync(folder, { recursive: true });
    });

    tests({
      python,
      get url() {
        return server?.url ?? '';
      },
    });
  });
}

/** A ledger on a server, which asks by `ask`. */
export function ledgerOn(url: string, ask: typeof fetch = fetch): MlflowLedger {
  const waiting = { random: () => 0, sleep: async () => undefined };
  return new MlflowLedger(new MlflowClient(new MlflowConnection({ url }, { fetch: ask, ...waiting })), waiting);
}

/** A registry on a server, which asks by `ask` and knows no networks. */
export function registryOn(url: string, ask: typeof fetch = fetch, experiment = 'closing-bell'): MlflowModelRegistry {
  return new MlflowModelRegistry(ledgerOn(url, ask), experiment, async () => undefined);
}
