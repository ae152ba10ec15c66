import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import {
  type NewSnapshot,
  type ObjectStore,
  openObjectStore,
  type Series,
  SeriesStore,
  type SnapshotReference,
} from '../../src';
import { keysOf, rejectionOf } from '../object-store-conformance';
import { temporaryFolders } from '../temporary-folder';
import { asOf, revised, sampleSeries } from './sample-series';

const newFolder = temporaryFolders();
const bitsOf = (values?: Float64Array): string => Buffer.from(Float64Array.from(values ?? []).buffer).toString('hex');

/** Counts what an object store is asked to do. */
function counting(objects: ObjectStore): { objects: ObjectStore; read: string[]; created: string[] } {
  const [read, created]: [string[], string[]] = [[], []];
  return {
    read,
    created,
    objects: {
      read: (key) => (read.push(key), objects.read(key)),
      createIfAbsent: async (key, bytes) => {
        const outcome = await objects.createIfAbsent(key, bytes);
        if (outcome === 'created') created.push(key);
        return outcome;
      },
      compareAndSwap: () => Promise.reject(new Error('Nothing of a series is ever replaced.')),
      remove: () => Promise.reject(new Error('Nothing of a series is ever removed.')),
      list: (prefix) => objects.list(prefix),
      uri: (key) => objects.uri(key),
      keyOf: (uri) => objects.keyOf(uri),
    },
  };
}

describe('a series store', () => {
  let folder: string;
  let objects: ObjectStore;
  let store: SeriesStore;
  const series = sampleSeries('2017-11-01', 800);
  const session = '2020-03-16';
  const bars = (values: Series = series, as = session): NewSnapshot => ({
    kind: 'bars',
    symbol: '^GSPC',
    session: as,
    series: asOf(values, as),
  });
  const openAgain = (): SeriesStore => new SeriesStore(openObjectStore(pathToFileURL(folder).href));

  beforeEach(async () => {
    folder = await newFolder();
    objects = openObjectStore(pathToFileURL(folder).href);
    store = new SeriesStore(objects);
  });

  it('gives back what was saved, also to another process', async () => {
    const notes = { repairs: [{ rule: 'null-row', session: '2018-01-02' }], source: 'sample:' };
    const reference = await store.save({ ...bars(), notes });
    for (const reader of [store, openAgain()]) {
      expect(await reader.load(reference)).toEqual({ ...bars(), notes });
    }
  });

  it('keeps every number to the bit, infinities and negative zero included, and one kind of NaN', async () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 5e-324, Number.MAX_VALUE));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 300 }), async (rows) => {
        const columns = {
          a: Float64Array.from(rows, ([a]) => a),
          b: Float64Array.from(rows, ([, b]) => b),
        };
        const saved = { ...bars(), series: { ...sampleSeries('2018-11-01', rows.length), columns } };
        const loaded = await openAgain().load(await store.save(saved));
        return (
          bitsOf(loaded.series.columns['a']) === bitsOf(columns.a) &&
          bitsOf(loaded.series.columns['b']) === bitsOf(columns.b)
        );
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it('gives the same snapshot for a NaN of whatever bits', async () => {
    const nan = (bits: bigint): Series => ({
      sessions: ['2020-03-13', '2020-03-16'],
      columns: { volume: new Float64Array(BigUint64Array.of(bits, 0n).buffer) },
    });
    const references = await Promise.all(
      [0x7ff8000000000000n, 0xfff8000000000000n, 0x7ff8dead00000000n].map((bits) => store.save(bars(nan(bits)))),
    );
    expect(new Set(references.map(({ sha256 }) => sha256)).size).toBe(1);
  });

  it('keeps an empty series', async () => {
    const empty = { ...bars(), series: { sessions: [], columns: { close: new Float64Array() } } };
    expect(await store.load(await store.save(empty))).toEqual(empty);
  });

  it('gives arrays that are the caller’s own', async () => {
    const reference = await store.save(bars());
    (await store.load(reference)).series.columns['close']?.fill(0);
    expect((await store.load(reference)).series).toEqual(bars().series);
  });

  it('keeps what was saved when the caller changes the arrays afterwards', async () => {
    const snapshot = bars();
    const reference = await store.save(snapshot);
    snapshot.series.columns['close']?.fill(0);
    expect((await store.load(reference)).series).toEqual(bars().series);
  });

  it('writes a segment a year, and for one more session the segment of its year and the manifest', async () => {
    const first = counting(objects);
    await new SeriesStore(first.objects).save(bars(series, '2020-03-13'));
    expect(first.created.map((key) => key.replace(/-[0-9a-f]{64}/, '')).sort()).toEqual([
      'series/bars/_5EGSPC/segments/2017.parquet',
      'series/bars/_5EGSPC/segments/2018.parquet',
      'series/bars/_5EGSPC/segments/2019.parquet',
      'series/bars/_5EGSPC/segments/2020.parquet',
      'series/bars/_5EGSPC/snapshots/2020-03-13.json',
    ]);
    const second = counting(objects);
    await new SeriesStore(second.objects).save(bars(series, '2020-03-16'));
    expect(second.created.map((key) => key.replace(/-[0-9a-f]{64}/, '')).sort()).toEqual([
      'series/bars/_5EGSPC/segments/2020.parquet',
      'series/bars/_5EGSPC/snapshots/2020-03-16.json',
    ]);
  });

  it('names every object after the SHA-256 of its bytes', async () => {
    await store.save(bars());
    for (const key of await keysOf(objects)) {
      expect(/-([0-9a-f]{64})\.(?:parquet|json)$/.exec(key)?.[1]).toBe((await objects.read(key))?.version);
    }
  });

  it('reads no segment twice', async () => {
    const reference = await store.save(bars());
    const counted = counting(objects);
    const reader = new SeriesStore(counted.objects);
    await reader.load(reference);
    const once = counted.read.filter((key) => key.includes('/segments/'));
    await reader.load(reference);
    expect(once).toHaveLength(4);
    expect(counted.read.filter((key) => key.includes('/segments/'))).toEqual(once);
  });

  it('reads segments again that there was no room to keep', async () => {
    const reference = await store.save(bars());
    const counted = counting(objects);
    const reader = new SeriesStore(counted.objects, 20_000);
    expect((await reader.load(reference)).series).toEqual(bars().series);
    expect((await reader.load(reference)).series).toEqual(bars().series);
    expect(counted.read.filter((key) => key.includes('/segments/')).length).toBeGreaterThan(4);
  });

  it('ends with the same bytes in the same places whatever the order, however often, in whichever folder', async () => {
    const sessions = ['2019-12-31', '2020-01-02', '2020-03-13', '2020-03-16'];
    const saveAll = async (order: readonly string[]): Promise<Record<string, string>> => {
      const place = openObjectStore(pathToFileURL(await newFolder()).href);
      for (const each of order) {
        const before = sessions[sessions.indexOf(each) - 1];
        const writer = new SeriesStore(place);
        const previous = before === undefined ? undefined : await writer.save(bars(series, before));
        await writer.save({ ...bars(series, each), ...(previous === undefined ? {} : { previous }) });
      }
      const stored: Record<string, string> = {};
      for await (const key of place.list('')) stored[key] = (await place.read(key))?.version ?? '';
      return stored;
    };
    const inOrder = await saveAll(sessions);
    expect(await saveAll([...sessions].reverse())).toEqual(inOrder);
    expect(await saveAll([...sessions, ...sessions])).toEqual(inOrder);
    expect(Object.keys(inOrder)).toHaveLength(10);
  });

  it('has several processes save one snapshot at once to the same effect', async () => {
    const references = await Promise.all(Array.from({ length: 6 }, () => openAgain().save(bars())));
    expect(new Set(references.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await keysOf(objects)).toHaveLength(5);
  });

  it('gives notes the same identity in whatever order they are written', async () => {
    const one = await store.save({ ...bars(), notes: { a: 1, b: { c: [2], d: null } } });
    const other = await store.save({ ...bars(), notes: { b: { d: null, c: [2] }, a: 1 } });
    expect(other).toEqual(one);
    expect((await store.save({ ...bars(), notes: { a: 2 } })).sha256).not.toBe(one.sha256);
  });

  it('finds the snapshots of a session', async () => {
    const one = await store.save(bars());
    const other = await store.save(bars(revised(series, { '2018-06-01': { close: 1 } })));
    await store.save(bars(series, '2020-03-13'));
    await store.save({ ...bars(), symbol: '^GSPCX' });
    await store.save({ ...bars(), kind: 'features' });
    const byHash = (a: SnapshotReference, b: SnapshotReference): number => (a.sha256 < b.sha256 ? -1 : 1);
    expect(await store.find('bars', '^GSPC', session)).toEqual([one, other].sort(byHash));
    expect(await store.find('bars', '^GSPC', '2020-03-17')).toEqual([]);
  });

  describe('of a revised past', () => {
    const before = '2020-03-13';

    it('says nothing where nothing was revised, so that the identity is that of the content', async () => {
      const previous = await store.save(bars(series, before));
      expect(await store.save({ ...bars(), previous })).toEqual(await store.save(bars()));
    });

    it('says which sessions and columns were, and against which snapshot', async () => {
      const previous = await store.save(bars(series, before));
      const changed = revised(series, {
        '2018-06-01': { close: 1 },
        '2018-06-04': { close: 2 },
        '2018-06-05': { close: 3, volume: NaN },
        '2019-12-31': { volume: 5 },
        '2020-01-01': { volume: 6 },
        '2020-03-16': { close: 7 },
      });
      const reference = await store.save({ ...bars(changed), previous });
      const snapshot = await openAgain().load(reference);
      expect(snapshot.series).toEqual(bars(changed).series);
      expect(snapshot.revision).toEqual({
        previous: previous.sha256,
        previousSession: before,
        revised: [
          { from: '2018-06-01', to: '2018-06-04', sessions: 2, columns: ['close'] },
          { from: '2018-06-05', to: '2018-06-05', sessions: 1, columns: ['close', 'volume'] },
          { from: '2019-12-31', to: '2020-01-01', sessions: 2, columns: ['volume'] },
        ],
        inserted: [],
        removed: [],
        addedColumns: [],
        removedColumns: [],
      });
      expect(reference.sha256).not.toBe((await store.save(bars(changed))).sha256);
    });

    it('keeps the earlier snapshot as it was', async () => {
      const previous = await store.save(bars(series, before));
      await store.save({ ...bars(revised(series, { '2018-06-01': { close: 1 } })), previous });
      expect((await openAgain().load(previous)).series).toEqual(bars(series, before).series);
    });

    it('shares the segments of the years that were not', async () => {
      const previous = await store.save(bars(series, before));
      const counted = counting(objects);
      const changed = revised(series, { '2018-06-01': { close: 1 } });
      await new SeriesStore(counted.objects).save({ ...bars(changed), previous });
      expect(counted.created.filter((key) => key.includes('/segments/'))).toHaveLength(2);
    });

    it('says which sessions and columns came and went', async () => {
      const without = (gone: string): Series => {
        const kept = series.sessions.map((each) => each !== gone);
        const columns = { close: (series.columns['close'] ?? new Float64Array()).filter((_, index) => kept[index]) };
        return { sessions: series.sessions.filter((each) => each !== gone), columns };
      };
      const previous = await store.save(bars(without('2018-06-01'), before));
      const changed = without('2019-07-04');
      const renamed = {
        ...changed,
        columns: { ...changed.columns, open: changed.columns['close'] ?? new Float64Array() },
      };
      const { revision } = await store.load(await store.save({ ...bars(renamed), previous }));
      expect(revision).toMatchObject({
        revised: [],
        inserted: ['2018-06-01'],
        removed: ['2019-07-04'],
        addedColumns: ['open'],
        removedColumns: [],
      });
    });

    it('is the same on a replay', async () => {
      const previous = await store.save(bars(series, before));
      const changed = { ...bars(revised(series, { '2018-06-01': { close: 1 } })), previous };
      const reference = await store.save(changed);
      await store.save(bars(sampleSeries('2017-11-01', 900), '2020-12-31'));
      expect(await openAgain().save(changed)).toEqual(reference);
    });

    it('is compared with nothing but an earlier snapshot of the same series', async () => {
      const other = await store.save({ ...bars(series, before), symbol: 'BRK.B' });
      const later = await store.save(bars(series, '2020-03-17'));
      expect(await rejectionOf(store.save({ ...bars(), previous: other }))).toMatchObject({
        message: expect.stringContaining('cannot be compared with bars of BRK.B') as string,
      });
      expect(await rejectionOf(store.save({ ...bars(), previous: later }))).toBeInstanceOf(Error);
    });
  });

  describe('that follows the sessions one by one', () => {
    const before = '2020-03-13';
    const changed = (): Series => revised(series, { '2018-06-01': { close: 1 } });
    const saveAfter = (values: Series, as: string, previousSession: string) => {
      const { previous: _, ...snapshot } = bars(values, as);
      return openAgain().saveAfter(previousSession, snapshot);
    };

    it('gives a first and an unrevised snapshot the identity of their content', async () => {
      const first = await saveAfter(series, before, '2020-03-12');
      const next = await saveAfter(series, session, before);
      expect([first.revised, next.revised]).toEqual([false, false]);
      expect(next.reference).toEqual(await store.save(bars()));
    });

    it('notes a revision where it is first seen, and not again', async () => {
      await saveAfter(series, '2020-03-12', '2020-03-11');
      const seen = await saveAfter(changed(), before, '2020-03-12');
      const next = await saveAfter(changed(), session, before);
      expect([seen.revised, next.revised]).toEqual([true, false]);
      expect((await store.load(seen.reference)).revision).toMatchObject({ previousSession: '2020-03-12' });
    });

    it('gives the same snapshot again in a replay, though the session before has been told in two ways by then', async () => {
      await saveAfter(series, before, '2020-03-12');
      const live = await saveAfter(changed(), session, before);
      await saveAfter(changed(), before, '2020-03-12');
      expect(await saveAfter(changed(), session, before)).toEqual(live);
      expect(live.revised).toBe(true);
    });
  });

  describe('with a damaged object', () => {
    const damage: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
      ['cut in half', (bytes) => bytes.subarray(0, bytes.length / 2)],
      ['emptied', () => Buffer.alloc(0)],
      ['changed by one bit', (bytes) => Buffer.from(bytes.map((byte, index) => (index === 40 ? byte ^ 1 : byte)))],
    ];

    it.each(
      damage.flatMap(([what, change]) => ['segments', 'snapshots'].map((where) => [where, what, change] as const)),
    )('in %s, %s, says which one and gives nothing', async (where, _, change) => {
      const reference = await store.save(bars());
      const [key = ''] = await keysOf(objects, `series/bars/_5EGSPC/${where}/`);
      const path = fileURLToPath(objects.uri(key));
      await fs.writeFile(path, change(await fs.readFile(path)));
      const error = await rejectionOf(openAgain().load(reference));
      expect(error).toMatchObject({ reason: 'corrupt-object', details: { uri: objects.uri(key) } });
    });

    it.each(['segments', 'snapshots'])('missing from %s says which one', async (where) => {
      const reference = await store.save(bars());
      const [key = ''] = await keysOf(objects, `series/bars/_5EGSPC/${where}/`);
      await fs.rm(fileURLToPath(objects.uri(key)));
      const error = await rejectionOf(openAgain().load(reference));
      expect(error).toMatchObject({ reason: 'missing-object', details: { uri: objects.uri(key) } });
    });
  });

  it('refuses a reference to another store', async () => {
    const reference = { uri: pathToFileURL(join(folder, '..', 'elsewhere.json')).href, sha256: '' };
    expect(await rejectionOf(store.load(reference))).toMatchObject({ reason: 'foreign-uri' });
  });

  it('refuses a snapshot of a format that it does not know yet', async () => {
    const bytes = Buffer.from('{"format":2}');
    await objects.createIfAbsent('future.json', bytes);
    const sha256 = (await objects.read('future.json'))?.version ?? '';
    const error = await rejectionOf(store.load({ uri: objects.uri('future.json'), sha256 }));
    expect(error).toMatchObject({ reason: 'unknown-format', details: { format: 2 } });
  });

  it.each<[string, Series]>([
    ['a session later than its own', sampleSeries('2020-03-12', 4)],
    ['sessions out of order', { sessions: ['2020-03-13', '2020-03-12'], columns: { close: new Float64Array(2) } }],
    ['a session twice', { sessions: ['2020-03-13', '2020-03-13'], columns: { close: new Float64Array(2) } }],
    ['a date that is none', { sessions: ['2020-02-30'], columns: { close: new Float64Array(1) } }],
    ['a column of another length', { sessions: ['2020-03-13'], columns: { close: new Float64Array(2) } }],
    ['a column that is named session', { sessions: ['2020-03-13'], columns: { session: new Float64Array(1) } }],
    ['no columns', { sessions: ['2020-03-13'], columns: {} }],
  ])('refuses a series with %s and stores nothing', async (_, wrong) => {
    expect(await rejectionOf(store.save({ ...bars(), series: wrong }))).toMatchObject({ reason: 'invalid-series' });
    expect(await keysOf(objects)).toEqual([]);
  });

  it('refuses notes that JSON cannot say', async () => {
    expect(await rejectionOf(store.save({ ...bars(), notes: { ratio: NaN } }))).toBeInstanceOf(TypeError);
  });
});
