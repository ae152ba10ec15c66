import { join } from 'node:path';
import { findFakeGcs, type FakeGcsProcess, startFakeGcs } from '../../../../tools/fake-gcs/server';

export const BUCKET = 'closing-bell-test';

/** A real fake-gcs-server for the tests of a file, with one bucket. */
export interface RealFakeGcs {
  readonly url: string;
  /** The address of a prefix of the bucket in which there is nothing. */
  newPlace(): string;
}

/** Describes tests that ask a real fake-gcs-server, which runs while they do. They are skipped where it is not installed. */
export function describeOnFakeGcs(name: string, tests: (gcs: RealFakeGcs) => void): void {
  const program = process.env['CLOSING_BELL_TEST_FAKE_GCS'] ?? findFakeGcs(join(__dirname, '../../../..'));
  if (program === undefined) {
    const missing = 'there is no fake-gcs-server. Run `make test-integration`, which installs it.';
    if (process.env['CLOSING_BELL_REQUIRE_GCS'] === '1') throw new Error(missing);
    // Not by the console, which Jest does not show of a file that is skipped whole while others run.
    process.stderr.write(`Skipped: nothing is asked of a Cloud Storage emulator, for ${missing}\n`);
    describe.skip(name, () => tests({ url: '', newPlace: () => '' }));
    return;
  }
  describe(name, () => {
    let server: FakeGcsProcess | undefined;
    let places = 0;

    beforeAll(async () => {
      server = await startFakeGcs(program);
      await server.makeBucket(BUCKET);
    });
    afterAll(() => server?.stop());

    tests({
      get url() {
        return server?.url ?? '';
      },
      newPlace: () => `gs://${BUCKET}/place/${++places}`,
    });
  });
}
