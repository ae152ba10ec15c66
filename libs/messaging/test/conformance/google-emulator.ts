import { startPubSubEmulator } from '../../../../tools/pubsub-emulator/server';
import { type RunningServer, type ServerUnderTest } from './server';

export function googleEmulator(jar: string): ServerUnderTest {
  return {
    name: 'Google’s emulator',
    missing: {
      'ordering redelivery': 'sends only the nacked message of the key again',
      'retry back-off': 'sends a nacked message again at once the first time',
      filters: 'stores filters, applies none and accepts any syntax',
      'flow control': 'ignores max_outstanding_messages',
      'exactly-once acknowledgement': 'accepts a stale acknowledgement until the message is delivered again',
      limits: 'checks sizes, names of attributes and ack deadlines in part',
      durability: 'keeps everything in memory',
    },
    async start(): Promise<RunningServer> {
      let emulator = await startPubSubEmulator(jar);
      const { address } = emulator;
      const port = Number(address.split(':')[1]);
      return {
        address,
        restart: async () => {
          await emulator.stop('SIGKILL');
          emulator = await startPubSubEmulator(jar, { port });
        },
        stop: () => emulator.stop('SIGKILL'),
      };
    },
  };
}
