import { marketClosed, SERVICES, type ServiceName } from '@closing-bell/contracts';
import { LocalPubSub } from '@closing-bell/local-pubsub';
import { connectPubSub, message, Publisher } from '@closing-bell/messaging';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MovableClock } from './movable-clock';
import { CALENDAR, writeBars } from './random-bars';
import { type Handled, ServiceProcess, until } from './service-process';
import { objectsIn, warehouseIn } from './stored';

const SYMBOLS = ['ALFA', 'BRAVO', 'CHARLIE', 'DELTA', 'ECHO', 'FOXTROT'];
const CLOSES = CALENDAR.sessionsBetween('2020-03-05', '2020-03-16');
const MESSAGES = SYMBOLS.length * CLOSES.length;
/** Messages that await each service when it starts, those that it says to itself included. */
const WAITING: Readonly<Record<ServiceName, number>> = {
  ingestor: CLOSES.length + MESSAGES,
  'feature-service': MESSAGES,
  trainer: MESSAGES,
  predictor: MESSAGES,
  monitor: CLOSES.length + 5 * MESSAGES,
};
const DRAIN_SECONDS = 8;
/** What a Spot machine leaves. */
const LIMIT_MILLISECONDS = 15_000;
/** After this no lease holds any longer. */
const LEASES_MILLISECONDS = 700_000;

describe('services that are told to stop, as processes of their own', () => {
  let root: string;
  let pubsub: LocalPubSub;
  let clock: MovableClock;
  const running: ServiceProcess[] = [];
  const home = () => join(root, 'home');
  const start = (name: ServiceName, changes: Readonly<Record<string, string>> = {}): ServiceProcess => {
    const service = new ServiceProcess(name, {
      PUBSUB_EMULATOR_HOST: pubsub.address,
      CLOSING_BELL_HOME: home(),
      CLOSING_BELL_MARKET_DATA: `csv:${join(root, 'bars')}`,
      CLOSING_BELL_SYMBOLS: SYMBOLS.join(','),
      CLOSING_BELL_ENGINE: 'wasm',
      CLOSING_BELL_LSTM_UNITS: '4',
      CLOSING_BELL_LSTM_EPOCHS: '1',
      CLOSING_BELL_DRAIN_SECONDS: String(DRAIN_SECONDS),
      ...changes,
    });
    running.push(service);
    return service;
  };
  const publishCloses = async (sessions: readonly string[], symbols: readonly string[]): Promise<void> => {
    const client = connectPubSub({ projectId: 'closing-bell', emulatorHost: pubsub.address });
    const publisher = new Publisher({ pubsub: client, source: 'test', clock: () => new Date() });
    for (const session of sessions) {
      await publisher.publish(message(marketClosed, { exchange: 'XNYS', session, symbols: [...symbols] }));
    }
    await client.close();
  };
  /** A server and a home in which there is nothing yet. */
  const begin = async (): Promise<void> => {
    rmSync(home(), { recursive: true, force: true });
    clock = new MovableClock();
    pubsub = await LocalPubSub.start({ clock });
  };
  /** Starts a service once, so that every subscription is there before anything is said. */
  const makeTopology = async (): Promise<void> => {
    const service = start('predictor');
    await until('it runs', service, () => service.said('predictor is running'));
    expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'closing-bell-drain-'));
    mkdirSync(join(root, 'bars'));
    SYMBOLS.forEach((symbol, index) => writeBars(join(root, 'bars'), symbol, index + 1));
    const say = `process.on('newListener', (event) => event === 'SIGTERM' && console.log('listens to SIGTERM'));`;
    writeFileSync(join(root, 'say-listening.cjs'), say);
  });
  beforeEach(begin);
  afterEach(async () => {
    for (const service of running.splice(0)) if (!service.hasEnded) await service.end('SIGKILL');
    await pubsub.stop();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  describe('under load', () => {
    /** What is left to handle when all of these have been: those that await a service, the alarms it says, failed attempts it hears of. */
    const isAll = (name: ServiceName, handled: readonly Handled[], failures: number): boolean => {
      const alarms = handled.filter(({ message: text }) => text.includes('→ drift-detected')).length;
      const more = name === 'monitor' ? alarms + failures : 0;
      return handled.length >= WAITING[name] + more;
    };
    /** The others take many messages at a time; the trainer takes one, and is caught in the middle of a training. */
    const isAtWork = (name: ServiceName, service: ServiceProcess): boolean =>
      name !== 'trainer' || service.lines.at(-1)?.includes('"training ') === true;
    /** Leads all messages through one service after the other, each of which finds its whole queue; ends each as `end` says. */
    const leadThrough = async (
      stage: (name: ServiceName, failures: number) => Promise<readonly ServiceProcess[]>,
    ): Promise<void> => {
      await makeTopology();
      await publishCloses(CLOSES, SYMBOLS);
      let failures = 0;
      for (const name of SERVICES) {
        const processes = await stage(name, failures);
        failures += processes.flatMap((service) => service.failures).length;
      }
    };
    const finish = async (name: ServiceName, failures: number, earlier: readonly Handled[] = []) => {
      const service = start(name);
      await until(`the ${name} has handled all`, service, () =>
        isAll(name, [...earlier, ...service.handled], failures),
      );
      expect(await service.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
      return service;
    };

    it('end with 0 within their limit, and lose and repeat nothing', async () => {
      await leadThrough(async (name, failures) => [await finish(name, failures)]);
      renameSync(home(), join(root, 'undisturbed'));
      await pubsub.stop();
      await begin();

      await leadThrough(async (name, failures) => {
        const first = start(name);
        await until(`the ${name} is at work`, first, () => first.handled.length >= 3 && isAtWork(name, first));
        const end = await first.end('SIGTERM');
        expect([name, end]).toEqual([name, { code: 0, signal: null, milliseconds: expect.any(Number) as unknown }]);
        expect(end.milliseconds).toBeLessThan(1000 * DRAIN_SECONDS);
        expect(isAll(name, first.handled, failures)).toBe(false);
        // What was done and not acknowledged would come again now.
        clock.advance(LEASES_MILLISECONDS);
        const second = await finish(name, failures, first.handled);
        const ids = [...first.handled, ...second.handled].map(({ messageId }) => messageId);
        expect([name, ids.length - new Set(ids).size]).toEqual([name, 0]);
        return [first, second];
      });
      expect(objectsIn(home())).toEqual(objectsIn(join(root, 'undisturbed')));
      expect(await warehouseIn(home())).toEqual(await warehouseIn(join(root, 'undisturbed')));
    }, 900_000);
  });

  describe('in a training', () => {
    // Wide enough to train for so long that the signals come in time on any machine.
    const settings = {
      CLOSING_BELL_MARKET_DATA: 'sample:',
      CLOSING_BELL_LSTM_UNITS: '900',
      CLOSING_BELL_LSTM_EPOCHS: '25',
    };
    const objects = () => readdirSync(join(home(), 'objects'), { recursive: true }).map(String);
    const isKept = (): boolean => objects().some((path) => path.startsWith('checkpoints/'));
    /** Makes the features of one close, which await the trainer. */
    const makeFeatures = async (): Promise<void> => {
      await makeTopology();
      await publishCloses(['2020-04-17'], ['^GSPC']);
      for (const [name, messages] of [
        ['ingestor', 2],
        ['feature-service', 1],
      ] as const) {
        const service = start(name, settings);
        await until(`the ${name} is done`, service, () => service.handled.length === messages);
        expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
      }
    };
    const train = async (): Promise<ServiceProcess> => {
      const service = start('trainer', settings);
      await until('the training is done', service, () => service.handled.length === 1);
      expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
      return service;
    };
    const epochsOf = (service: ServiceProcess): number =>
      service.lines.filter((line) => /: epoch \d+"/.test(line)).length;

    /** The epoch whose state a training went on from; undefined where it began anew. */
    const goesOnAfter = (service: ServiceProcess): number | undefined => {
      const said = /a training goes on after epoch (\d+)/.exec(service.lines.join('\n'))?.[1];
      return said === undefined ? undefined : Number(said);
    };

    it('end in time, and the next process goes on; it also does after a kill, and all ends with the same bytes', async () => {
      await makeFeatures();
      const undisturbed = await train();
      renameSync(home(), join(root, 'plain'));
      await pubsub.stop();
      await begin();
      await makeFeatures();

      const told = start('trainer', settings);
      await until('the third epoch', told, () => told.said(': epoch 3"'));
      const end = await told.end('SIGTERM');
      expect(end).toMatchObject({ code: 0, signal: null });
      expect(end.milliseconds).toBeLessThan(LIMIT_MILLISECONDS);
      expect(told.failures).toHaveLength(1);
      expect(isKept()).toBe(true);

      // How far it came until the signal was there depends on the machine.
      const killed = start('trainer', settings);
      await until('it goes on', killed, () => goesOnAfter(killed) !== undefined);
      expect(goesOnAfter(killed)).toBeGreaterThanOrEqual(3);
      expect(await killed.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
      clock.advance(LEASES_MILLISECONDS);

      const last = await train();
      expect(goesOnAfter(last)).toBeGreaterThanOrEqual(goesOnAfter(killed) ?? NaN);
      expect(epochsOf(last)).toBe(epochsOf(undisturbed));
      expect(objectsIn(home())).toEqual(objectsIn(join(root, 'plain')));
      expect(isKept()).toBe(false);
    }, 900_000);
  });

  describe.each(SERVICES)('while it starts, the %s', (name) => {
    it('ends with 0 when it has only begun to load', async () => {
      const service = start(name, { NODE_OPTIONS: `--require ${join(root, 'say-listening.cjs')}` });
      await until('it listens', service, () => service.said('listens to SIGTERM'));
      expect(await service.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
      expect(service.said('is running')).toBe(false);
    });

    it('ends with 0 at once when Pub/Sub does not answer', async () => {
      const connections: Socket[] = [];
      const silent = createServer((connection) => connections.push(connection));
      await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
      const { port } = silent.address() as { port: number };
      const service = start(name, { PUBSUB_EMULATOR_HOST: `127.0.0.1:${port}` });
      await until('it asks', service, () => connections.length > 0);
      const end = await service.end('SIGTERM');
      expect(end).toMatchObject({ code: 0, signal: null });
      expect(end.milliseconds).toBeLessThan(3000);
      connections.forEach((connection) => connection.destroy());
      await new Promise((closed) => silent.close(closed));
    });

    it('ends with 0 while it opens its parts, and leaves nothing that keeps another from running', async () => {
      const service = start(name, { CLOSING_BELL_LOG_LEVEL: 'debug' });
      await until('its parts are opened', service, () => service.said('Starting Nest application'));
      expect(await service.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
      const next = start(name);
      await until('another runs', next, () => next.said(`${name} is running`));
      expect(await next.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
    });
  });
});
