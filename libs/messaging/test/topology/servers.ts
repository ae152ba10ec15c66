import { locatePubSubEmulator } from '../../../../tools/pubsub-emulator/server';
import { googleEmulator } from '../conformance/google-emulator';
import { localInMemory } from '../conformance/local-servers';
import { type RunningServer, type ServerUnderTest } from '../conformance/server';

/** What the emulator of Google's lacks of what the tests of the topology look at. */
type Lacking = 'detaching' | 'expiration';

interface Tests {
  readonly address: () => string;
  /** Declares a test that is skipped, with the reason in its title, where the server lacks what it needs. */
  readonly needing: (feature: Lacking, title: string, test: () => Promise<void>) => void;
}

const LACKS_OF_GOOGLES: Readonly<Record<Lacking, string>> = {
  detaching: 'does not implement DetachSubscription',
  expiration: 'does not change an expiration policy',
};

/** Describes tests on the embedded server, and on Google's emulator where it is here. */
export function describeOnPubSub(name: string, tests: (given: Tests) => void): void {
  describeOn(name, localInMemory, {}, tests);
  const emulator = locatePubSubEmulator();
  if ('jar' in emulator) describeOn(name, googleEmulator(emulator.jar), LACKS_OF_GOOGLES, tests);
  else it.skip(`${name} on Google’s emulator, which is not here: ${emulator.absent}`, () => undefined);
}

function describeOn(
  name: string,
  server: ServerUnderTest,
  lacks: Partial<Record<Lacking, string>>,
  tests: (given: Tests) => void,
): void {
  describe(`${name} on ${server.name}`, () => {
    let running: RunningServer;
    beforeAll(async () => {
      running = await server.start();
    }, 60_000);
    afterAll(() => running.stop());
    tests({
      address: () => running.address,
      needing: (feature, title, test) =>
        lacks[feature] === undefined
          ? it(title, test)
          : it.skip(`${title} [${server.name} ${lacks[feature]}]`, () => undefined),
    });
  });
}
