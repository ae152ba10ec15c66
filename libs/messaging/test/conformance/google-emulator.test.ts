import { locatePubSubEmulator } from '../../../../tools/pubsub-emulator/server';
import { googleEmulator } from './google-emulator';
import { suite } from './suite';

const emulator = locatePubSubEmulator();

if ('jar' in emulator) {
  suite(googleEmulator(emulator.jar));
} else {
  it.skip(`Google’s emulator is not here: ${emulator.absent}`, () => undefined);
}
