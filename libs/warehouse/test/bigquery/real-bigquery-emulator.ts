import { join } from 'node:path';
import {
  type BigQueryEmulatorProcess,
  findBigQueryEmulator,
  startBigQueryEmulator,
} from '../../../../tools/bigquery-emulator/server';

/** A real BigQuery emulator for the tests of a file. */
export interface RealBigQueryEmulator {
  readonly project: string;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `127.0.0.1:port` of the Storage APIs. */
  readonly grpcAddress: string;
  /** The name of a dataset that does not exist. */
  newDataset(): string;
}

const PROJECT = 'closing-bell';

/** Describes tests that ask a real BigQuery emulator, which runs while they do. They are skipped where it is not installed. */
export function describeOnBigQueryEmulator(name: string, tests: (bigquery: RealBigQueryEmulator) => void): void {
  const program = findBigQueryEmulator(join(__dirname, '../../../..'));
  if (program === undefined) {
    const missing = 'there is no BigQuery emulator. Run `make test-integration`, which installs it.';
    if (process.env['CLOSING_BELL_REQUIRE_BIGQUERY'] === '1') throw new Error(missing);
    // Not by the console, which Jest does not show of a file that is skipped whole while others run.
    process.stderr.write(`Skipped: nothing is asked of a BigQuery emulator, for ${missing}\n`);
    describe.skip(name, () => tests({ project: PROJECT, url: '', grpcAddress: '', newDataset: () => '' }));
    return;
  }
  describe(name, () => {
    let server: BigQueryEmulatorProcess | undefined;
    let datasets = 0;

    beforeAll(async () => {
      server = await startBigQueryEmulator(program, { project: PROJECT });
    });
    afterAll(() => server?.stop());

    tests({
      project: PROJECT,
      get url() {
        return server?.url ?? '';
      },
      get grpcAddress() {
        return server?.grpcAddress ?? '';
      },
      newDataset: () => `dataset_${++datasets}`,
    });
  });
}
