import { type FitNetwork } from '@closing-bell/forecasting';
import { type ObjectStore, openObjectStore, StorageUnavailableError } from '@closing-bell/storage';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CheckpointEvent, TrainingCheckpoints } from '../src/training-checkpoints';
import { market, SmallServices, smallTraining } from './fixtures/small-services';

const FIT = 'f'.repeat(64);
const OTHER = 'e'.repeat(64);
const DECISION = 'd'.repeat(32);

async function keysIn(objects: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of objects.list('checkpoints/')) keys.push(key);
  return keys;
}

describe('the checkpoints of a training', () => {
  let folder: string;
  let objects: ObjectStore;
  let events: [CheckpointEvent, string][];
  const checkpointsIn = (store: ObjectStore): TrainingCheckpoints =>
    new TrainingCheckpoints(store, { everyMilliseconds: 0, onEvent: (...event) => events.push(event) });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-checkpoints-'));
    objects = openObjectStore(pathToFileURL(folder).href);
    events = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are the last state of each fit, until the decision is made', async () => {
    const checkpoints = checkpointsIn(objects);
    const mine = checkpoints.of(DECISION);
    expect(await mine.load(FIT)).toBeUndefined();
    await mine.save(FIT, Buffer.from('one'));
    await mine.save(FIT, Buffer.from('two'));
    await mine.save(OTHER, Buffer.from('other'));
    await checkpoints.of('c'.repeat(32)).save(FIT, Buffer.from('of another decision'));
    expect(Buffer.from((await checkpoints.of(DECISION).load(FIT)) ?? []).toString()).toBe('two');
    await checkpoints.forget(DECISION);
    expect(await keysIn(objects)).toEqual([`checkpoints/${'c'.repeat(32)}-${FIT}`]);
    expect(events).toEqual([]);
  });

  it('take what two trainers keep at once', async () => {
    const [one, two] = [
      checkpointsIn(objects).of(DECISION),
      checkpointsIn(openObjectStore(pathToFileURL(folder).href)).of(DECISION),
    ];
    const saves = Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).save(FIT, Buffer.from(`${index}`)));
    await Promise.all(saves);
    expect(Buffer.from((await one.load(FIT)) ?? []).toString()).toMatch(/^\d+$/);
    expect(events).toEqual([]);
  });

  it('never fail a training: what the store does not do is told, and nothing else', async () => {
    const broken = (): Promise<never> =>
      Promise.reject(new StorageUnavailableError('down', { uri: 'gs://bucket', code: '503' }));
    const down = new Proxy(objects, {
      get: (target, name: keyof ObjectStore) => (['uri', 'keyOf'].includes(name) ? target[name].bind(target) : broken),
    });
    const checkpoints = checkpointsIn({ ...down, uri: (key) => objects.uri(key), read: broken, list: failingList });
    const mine = checkpoints.of(DECISION);
    expect(await mine.load(FIT)).toBeUndefined();
    await mine.save(FIT, Buffer.from('one'));
    await checkpoints.forget(DECISION);
    expect(events.map(([event, uri]) => [event.what, 'action' in event && event.action, uri])).toEqual([
      ['failed', 'read', objects.uri(`checkpoints/${DECISION}-${FIT}`)],
      ['failed', 'write', objects.uri(`checkpoints/${DECISION}-${FIT}`)],
      ['failed', 'remove', objects.uri(`checkpoints/${DECISION}`)],
    ]);
  });
});

describe('a decision whose training is cut short', () => {
  const history = market(960);
  const FIRST = 899;
  const EPOCHS = 4;
  let services: SmallServices;
  let events: CheckpointEvent[];
  let computed: number;
  /** Decisions in a folder, whose fits tell how many epochs they compute. */
  const open = async (folder?: string, onEpoch: (epoch: number) => void = () => undefined): Promise<SmallServices> => {
    const { training } = await smallTraining({ epochs: EPOCHS, patience: EPOCHS });
    const fit: FitNetwork = (task, observer) =>
      training.fit(task, {
        ...observer,
        onEpoch: (report, origin) => {
          if (origin === 'computed') computed++;
          observer.onEpoch?.(report, origin);
          if (origin === 'computed') onEpoch(report.epoch);
        },
      });
    const made = new SmallServices(history, { ...training, fit }, {}, folder);
    const checkpoints = new TrainingCheckpoints(made.objects, {
      everyMilliseconds: Infinity,
      onEvent: (event) => events.push(event),
    });
    return new SmallServices(history, { ...training, fit }, { checkpoints }, made.folder);
  };
  beforeEach(() => {
    events = [];
    computed = 0;
  });
  afterEach(() => services.remove());

  const filesOf = ({ folder }: SmallServices): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
      .sort();

  it.each([
    ['in its training', 0, EPOCHS],
    // Of two trials and the winner, whose training is one of theirs.
    ['in a search for options', 2, 2 * EPOCHS],
  ])('%s is the same in the end, and computes no epoch twice', async (_, searchTrials, different) => {
    const asked = searchTrials === 0 ? {} : { forceRetrain: true, searchTrials };
    services = await open();
    const plain = await services.decide(FIRST, asked);
    const files = filesOf(services);
    services.remove();
    mkdirSync(services.folder);
    computed = 0;
    for (const stopAt of [1, 3]) {
      const controller = new AbortController();
      const stopped = await open(
        services.folder,
        (epoch) => epoch === stopAt && controller.abort(new Error('draining')),
      );
      await expect(stopped.decide(FIRST, asked, controller.signal)).rejects.toThrow('draining');
      expect(await keysIn(stopped.objects)).not.toEqual([]);
    }
    const last = await open(services.folder);
    expect(await last.decide(FIRST, asked)).toEqual(plain);
    expect(filesOf(last)).toEqual(files);
    expect(computed).toBe(different);
    expect(events.filter(({ what }) => what !== 'resumed')).toEqual([]);
    expect(events.length).toBeGreaterThanOrEqual(2);
  });
});

// eslint-disable-next-line require-yield
async function* failingList(): AsyncIterable<string> {
  throw new StorageUnavailableError('down', { uri: 'gs://bucket', code: '503' });
}
