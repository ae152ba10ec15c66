import { googleEmulator, locateEmulator } from './google-emulator';
import { suite } from './suite';

const emulator = locateEmulator();

if ('jar' in emulator) {
  suite(googleEmulator(emulator.jar));
} else {
  it.skip(`Google’s emulator is not here: ${emulator.absent}`, () => undefined);
}
