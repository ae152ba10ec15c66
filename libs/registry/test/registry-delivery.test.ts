import { openObjectStore, type ObjectStore } from '@closing-bell/storage';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LocalModelRegistry, type ModelRegistry, type Moment } from '../src';
import { ModelClaimedError, RegistryDelivery } from '../src/registry-delivery';

const NAME = '^GSPC';
const reference = { uri: 'file:///x', sha256: 'a'.repeat(64) };
const at = (session: string, trigger: Moment['trigger'] = 'features-computed'): Moment => ({ session, trigger });

describe('the delivery of a registry', () => {
  let root: string;
  let objects: ObjectStore;
  let from: LocalModelRegistry;
  let to: LocalModelRegistry;
  let now: number;
  /** Calls that change the registry that is told, in order. */
  let calls: string[];

  const store = (name: string) => openObjectStore(pathToFileURL(join(root, name)).href);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'closing-bell-delivery-'));
    objects = store('from');
    from = new LocalModelRegistry(objects);
    to = new LocalModelRegistry(store('to'));
    now = Date.parse('2026-01-05T00:00:00Z');
    calls = [];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Writes calls down; `fail` may throw before a call, or after it. */
  const watched = (fail: (when: 'before' | 'after', call: number) => void = () => undefined): ModelRegistry =>
    new Proxy(to, {
      get: (target, method: 'log' | 'register' | 'appoint' | 'list') =>
        method === 'list'
          ? target.list.bind(target)
          : async (...args: [never, never, never]) => {
              const [about] = args as unknown as [{ identity?: string; decision?: string }];
              const call = calls.push(`${method} ${about.identity ?? about.decision ?? String(args[1])}`);
              fail('before', call);
              const result: unknown = await target[method](...args);
              fail('after', call);
              return result;
            },
    });
  const delivery = (told: ModelRegistry = watched(), writer = 'one', destination = 'http://mlflow') =>
    new RegistryDelivery({ from, to: told, objects, destination, writer, clock: () => new Date(now) });

  /** A training with a trial that is promoted, and one that leaves a baseline serving. */
  const fill = async (registry: ModelRegistry, first = '2020-01-02', second = '2020-02-03') => {
    for (const [decision, session] of [
      ['d1', first],
      ['d2', second],
    ] as const) {
      const run = { name: NAME, moment: at(session), parameters: { units: 8 }, metrics: { crps: 0.5 }, series: {} };
      const notes = { notes: {}, datasets: { bars: reference } };
      await registry.log({ ...run, ...notes, identity: decision, kind: 'training' });
      await registry.log({ ...run, ...notes, identity: `${decision}-trial`, kind: 'trial', parent: decision });
      const model = {
        name: NAME,
        run: decision,
        moment: at(session),
        featureSetHash: 'f',
        metrics: {},
        lineage: { bars: reference, features: reference, seed: 1, parameters: { units: 8 } },
      };
      const files = { 'weights.bin': Buffer.from(decision) };
      await registry.register({ ...model, decision, kind: 'model', forecaster: 'blend', files });
      if (decision === 'd2') {
        await registry.register({ ...model, decision: 'd2-baseline', kind: 'baseline', forecaster: 'har-fhs', files });
      }
    }
    await registry.appoint(NAME, 1, at(first));
    await registry.appoint(NAME, 3, at(second));
  };

  /** What is there, whatever it is called there. */
  const contentOf = async (registry: ModelRegistry) => {
    const { versions, appointments } = await registry.list(NAME);
    const decisionOf = new Map(versions.map(({ version, decision }) => [version, decision]));
    return {
      runs: await registry.runs(NAME),
      versions: await Promise.all(
        versions.map(async ({ artifact, version: _, ...version }) => ({
          ...version,
          files: await registry.load(artifact),
          lineage: await registry.lineage(artifact),
        })),
      ),
      appointments: appointments.map(({ version, moment }) => ({ decision: decisionOf.get(version), moment })),
    };
  };

  it('tells all of a model, in the order of its moments, and nothing twice', async () => {
    await fill(from);
    expect(await delivery().deliver(NAME)).toEqual({ told: 9, all: 9 });
    expect(calls).toEqual([
      'log d1',
      'log d1-trial',
      'register d1',
      'appoint 1',
      'log d2',
      'log d2-trial',
      'register d2',
      'register d2-baseline',
      'appoint 3',
    ]);
    expect(await contentOf(to)).toEqual(await contentOf(from));
    expect(await delivery(watched(), 'another').deliver(NAME)).toEqual({ told: 0, all: 9 });
    expect(calls).toHaveLength(9);
  });

  it('tells what came since, and only that', async () => {
    await fill(from);
    await delivery().deliver(NAME);
    await from.appoint(NAME, 2, at('2020-02-03', 'by-hand'));
    expect(await delivery().deliver(NAME)).toEqual({ told: 1, all: 10 });
    expect((await to.list(NAME)).serving?.decision).toBe('d2');
  });

  it('goes on after an interruption at any point, and ends with the same', async () => {
    await fill(from);
    const whole = await contentOf(from);
    for (const when of ['before', 'after'] as const) {
      for (let failing = 1; failing <= 9; failing++) {
        rmSync(join(root, 'to'), { recursive: true, force: true });
        rmSync(join(root, 'from', 'deliveries'), { recursive: true, force: true });
        objects = store('from');
        to = new LocalModelRegistry(store('to'));
        calls = [];
        const failAt = (moment: string, call: number): void => {
          if (moment === when && call === failing) throw new Error('interrupted');
        };
        await expect(delivery(watched(failAt)).deliver(NAME)).rejects.toThrow('interrupted');
        expect(calls).toHaveLength(failing);
        await delivery().deliver(NAME);
        // What failed is told again, whether or not it had come through.
        expect(calls).toHaveLength(10);
        expect(calls[failing]).toBe(calls[failing - 1]);
        expect(await contentOf(to)).toEqual(whole);
      }
    }
  });

  it('tells everything again where it is asked to, which changes nothing', async () => {
    await fill(from);
    await delivery().deliver(NAME);
    const before = await contentOf(to);
    expect(await delivery().deliver(NAME, { afresh: true })).toEqual({ told: 9, all: 9 });
    expect(await contentOf(to)).toEqual(before);
  });

  it('finds the version to appoint by its decision, for the other registry numbers by itself', async () => {
    await to.register({
      name: NAME,
      decision: 'theirs',
      run: 'theirs',
      moment: at('2019-01-02'),
      kind: 'model',
      forecaster: 'blend',
      files: {},
      featureSetHash: 'f',
      metrics: {},
      lineage: { bars: reference, features: reference, seed: 1, parameters: {} },
    });
    await fill(from);
    await delivery().deliver(NAME);
    expect((await to.list(NAME)).serving).toMatchObject({ decision: 'd2-baseline', version: 4 });
  });

  it('says what to do where what was told is gone', async () => {
    await fill(from);
    await delivery().deliver(NAME);
    rmSync(join(root, 'to'), { recursive: true });
    to = new LocalModelRegistry(store('to'));
    await from.appoint(NAME, 2, at('2020-02-03', 'by-hand'));
    const failure = delivery().deliver(NAME);
    await expect(failure).rejects.toThrow('`closing-bell registry migrate` tells everything again');
    await expect(failure).rejects.toMatchObject({ reason: 'lost-version' });
    await delivery().deliver(NAME, { afresh: true });
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it('remembers by destination what was told', async () => {
    await fill(from);
    await delivery().deliver(NAME);
    expect((await delivery(watched(), 'one', 'http://other').deliver(NAME)).told).toBe(9);
  });

  it('leaves a model to another process that is telling of it, but not for ever', async () => {
    await fill(from);
    let second: Promise<unknown> | undefined;
    const meanwhile = watched((when, call) => {
      if (when === 'before' && call === 3) {
        second = delivery(watched(), 'two')
          .deliver(NAME)
          .catch((error: unknown) => error);
      }
    });
    await delivery(meanwhile).deliver(NAME);
    expect(await second).toBeInstanceOf(ModelClaimedError);
    expect(calls.filter((call) => call === 'register d1')).toHaveLength(1);

    const dead = watched((when, call) => {
      if (when === 'after' && call === 10) throw new Error('killed');
    });
    await from.appoint(NAME, 2, at('2020-02-03', 'by-hand'));
    // A process that is killed does not give back what it claimed.
    const killed = new RegistryDelivery({
      from,
      to: dead,
      objects: new Proxy(objects, {
        get: (target, method: keyof ObjectStore) =>
          method === 'compareAndSwap' && calls.length >= 10
            ? () => Promise.reject(new Error('killed'))
            : (target[method] as () => unknown).bind(target),
      }),
      destination: 'http://mlflow',
      writer: 'dead',
      clock: () => new Date(now),
    });
    await expect(killed.deliver(NAME)).rejects.toThrow('killed');
    await expect(delivery(watched(), 'two').deliver(NAME)).rejects.toBeInstanceOf(ModelClaimedError);
    now += 6 * 60_000;
    expect((await delivery(watched(), 'two').deliver(NAME)).told).toBe(1);
  });

  it('ends between two calls with the reason of an abort', async () => {
    await fill(from);
    const controller = new AbortController();
    const aborting = watched((when, call) => {
      if (when === 'before' && call === 2) controller.abort(new Error('draining'));
    });
    await expect(delivery(aborting).deliver(NAME, { signal: controller.signal })).rejects.toThrow('draining');
    expect(calls).toHaveLength(2);
    expect((await delivery().deliver(NAME)).told).toBe(7);
  });

  it('tells of a version whose training was not kept, as release 0.1 left them, with a run of its own', async () => {
    await from.register({
      name: NAME,
      decision: 'old',
      run: 'old',
      moment: at('2019-01-02'),
      kind: 'model',
      forecaster: 'lstm',
      files: {},
      featureSetHash: 'f',
      metrics: { crps: 0.5 },
      lineage: { bars: reference, features: reference, seed: 7, parameters: { units: 8 } },
    });
    expect(await delivery().deliver(NAME)).toEqual({ told: 2, all: 2 });
    expect(await to.runs(NAME)).toMatchObject([{ identity: 'old', parameters: { units: 8, seed: 7 } }]);
  });

  it('has nothing to tell of a model that is not there', async () => {
    expect(await delivery().deliver('NOWHERE')).toEqual({ told: 0, all: 0 });
  });
});
