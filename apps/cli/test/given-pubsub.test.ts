import { allSubscriptions, topics } from '@closing-bell/contracts';
import { LocalPubSub } from '@closing-bell/local-pubsub';
import { connectPubSub } from '@closing-bell/messaging';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../src/supervisor/free-port';
import { locatePubSubEmulator, startPubSubEmulator } from '../../../tools/pubsub-emulator/server';
import { System } from './system';

interface Server {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

const emulator = locatePubSubEmulator();
const servers: [name: string, start: () => Promise<Server>][] = [
  [
    'an embedded server of another process',
    async () => {
      const server = await LocalPubSub.start();
      return { address: server.address, stop: () => server.stop() };
    },
  ],
];
if ('jar' in emulator) servers.push(['Google’s emulator', () => startPubSubEmulator(emulator.jar)]);

describe('up, on a Pub/Sub that is there already', () => {
  let home: string;
  let running: { stop(): Promise<unknown> }[];
  const systemAt = (address: string): System =>
    new System(home, {
      PUBSUB_EMULATOR_HOST: address,
      CLOSING_BELL_LSTM_UNITS: '4',
      CLOSING_BELL_LSTM_EPOCHS: '1',
    });

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'closing-bell-given-'));
    running = [];
  });
  afterEach(async () => {
    for (const part of running.reverse()) await part.stop();
    rmSync(home, { recursive: true });
  });

  it.each(servers)('runs the cascade on %s, starts none of its own and leaves that one running', async (_, start) => {
    const server = await start();
    running.push(server);
    const system = systemAt(server.address);
    running.push(system);
    await system.start();
    expect(system.output).toContain(`Pub/Sub is the one at ${server.address}.`);
    expect(system.addresses().pubsub).toBe(server.address);
    expect(existsSync(join(home, 'pubsub'))).toBe(false);

    const replayed = await system.run('replay', '--from', '2020-03-16', '--to', '2020-03-17', '--json');
    expect([replayed.code, replayed.output]).toEqual([0, expect.stringContaining('"failures": []')]);
    expect(await system.stop()).toBe(0);

    const pubsub = connectPubSub({ projectId: 'closing-bell', emulatorHost: server.address });
    const [there] = await pubsub.getTopics();
    const [subscriptions] = await pubsub.getSubscriptions();
    await pubsub.close();
    const last = (name: string) => name.split('/').at(-1);
    expect(there.map(({ name }) => last(name)).sort()).toEqual([...topics].sort());
    expect(subscriptions).toHaveLength(allSubscriptions.length);
  });

  if ('absent' in emulator) it.skip(`Google’s emulator is not here: ${emulator.absent}`, () => undefined);

  it('says so at once where nothing listens there', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const { code, output } = await systemAt(address).run('up');
    expect([code, output]).toEqual([
      1,
      `nothing listens at ${address}, which PUBSUB_EMULATOR_HOST names. Start it, or unset the variable: then an embedded Pub/Sub is started.\n`,
    ]);
  });
});
