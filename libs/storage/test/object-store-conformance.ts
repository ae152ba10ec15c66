import { createHash } from 'node:crypto';
import { PermanentError } from '@closing-bell/contracts';
import { type ObjectStore, type ObjectStoreOptions, openObjectStore } from '../src';
import { runTypeScript } from './run-typescript';

const WRITER = require.resolve('./object-store-writer');

export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}

export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** What every adapter must do. `emptyStore` gives the URL of a store in which there is nothing, `options` what opens it. */
export function describeObjectStore(
  name: string,
  emptyStore: () => Promise<string>,
  options: () => ObjectStoreOptions = () => ({}),
): void {
  describe(`the object store at ${name}`, () => {
    let url: string;
    let store: ObjectStore;
    const open = (): ObjectStore => openObjectStore(url, options());
    const write = (task: string, ...args: readonly string[]): Promise<string> =>
      runTypeScript(WRITER, url, JSON.stringify(options()), task, ...args);

    beforeEach(async () => {
      url = await emptyStore();
      store = open();
    });

    it('has nothing at first', async () => {
      expect(await store.read('a/b')).toBeUndefined();
      expect(await keysOf(store)).toEqual([]);
    });

    it('gives back the bytes that were written, whatever they are, also to another client', async () => {
      for (const bytes of [Buffer.alloc(0), Buffer.from([0, 255, 10, 13]), Buffer.alloc(3_000_000, 'closing bell')]) {
        const key = `bytes/${createHash('sha256').update(bytes).digest('hex')}`;
        expect(await store.createIfAbsent(key, bytes)).toBe('created');
        expect((await open().read(key))?.bytes.equals(bytes)).toBe(true);
      }
    });

    it('leaves an object as it is when it is created again', async () => {
      await store.createIfAbsent('a', Buffer.from('first'));
      expect(await store.createIfAbsent('a', Buffer.from('second'))).toBe('exists');
      expect((await store.read('a'))?.bytes.toString()).toBe('first');
    });

    it('lets exactly one of many writers at once create an object', async () => {
      const writers = Array.from({ length: 20 }, (_, index) => open().createIfAbsent('a', Buffer.from(`${index}`)));
      const outcomes = await Promise.all(writers);
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect((await store.read('a'))?.bytes.toString()).toBe(`${outcomes.indexOf('created')}`);
    });

    it('lets exactly one of several processes create each object', async () => {
      const keys = Array.from({ length: 40 }, (_, index) => `shared/${index}`);
      const outputs = await Promise.all([1, 2, 3, 4].map(() => write('create', ...keys)));
      const writers = outputs.map((output) => JSON.parse(output) as { pid: number; created: string[] });
      expect(writers.flatMap(({ created }) => created).sort()).toEqual([...keys].sort());
      for (const { pid, created } of writers) {
        for (const key of created) expect((await store.read(key))?.bytes.toString()).toBe(`${pid} ${key}`);
      }
    });

    it('swaps an object whose version is the one expected, which gives it another', async () => {
      await store.createIfAbsent('champion', Buffer.from('one'));
      const one = await store.read('champion');
      expect(await store.compareAndSwap('champion', Buffer.from('two'), one?.version)).toBe(true);
      const two = await store.read('champion');
      expect(two?.bytes.toString()).toBe('two');
      expect(two?.version).not.toBe(one?.version);
      expect(await store.compareAndSwap('champion', Buffer.from('three'), one?.version)).toBe(false);
      expect((await store.read('champion'))?.bytes.toString()).toBe('two');
    });

    it('creates by a swap that expects nothing, and only where there is nothing', async () => {
      expect(await store.compareAndSwap('a', Buffer.from('one'), undefined)).toBe(true);
      expect(await store.compareAndSwap('a', Buffer.from('two'), undefined)).toBe(false);
      expect((await store.read('a'))?.bytes.toString()).toBe('one');
    });

    it('does not swap an object that is not there', async () => {
      await store.createIfAbsent('a', Buffer.from('one'));
      const version = (await store.read('a'))?.version;
      expect(await store.compareAndSwap('b', Buffer.from('two'), version)).toBe(false);
      expect(await store.read('b')).toBeUndefined();
    });

    it('loses no swap among several processes', async () => {
      await Promise.all([1, 2, 3, 4].map(() => write('count', 'counters/sum', '25')));
      expect((await store.read('counters/sum'))?.bytes.toString()).toBe('100');
    });

    it('removes an object, whose key can then be written anew, and takes a missing one for removed', async () => {
      await store.createIfAbsent('work/a', Buffer.from('one'));
      await store.createIfAbsent('work/b', Buffer.from('kept'));
      const version = (await store.read('work/a'))?.version;
      await store.remove('work/a');
      await store.remove('work/a');
      await store.remove('nowhere/at/all');
      expect(await store.read('work/a')).toBeUndefined();
      expect(await keysOf(open())).toEqual(['work/b']);
      expect(await store.compareAndSwap('work/a', Buffer.from('two'), version)).toBe(false);
      expect(await store.createIfAbsent('work/a', Buffer.from('two'))).toBe('created');
      expect((await store.read('work/a'))?.bytes.toString()).toBe('two');
    });

    it('lists keys by prefix in ascending order of their characters', async () => {
      const keys = ['a/b', 'a-b', 'a/b.c', 'a/b-c/d', 'a/c', 'b', 'a.b/c', '_5EGSPC/x', 'Z/z'];
      for (const key of keys) await store.createIfAbsent(`${key}.json`, Buffer.from(key));
      const expected = keys.map((key) => `${key}.json`).sort();
      expect(await keysOf(store)).toEqual(expected);
      for (const prefix of ['a', 'a/', 'a/b', 'a/b-', 'a/b-c/d.json', '_5E', 'none', 'none/', 'a/b-c/d.json/']) {
        expect(await keysOf(store, prefix)).toEqual(expected.filter((key) => key.startsWith(prefix)));
      }
    });

    it('gives every key an address and finds the key of it', () => {
      for (const key of ['a', 'series/bars/_5EGSPC/segments/2020.parquet', 'BRK.B/v=1']) {
        expect(store.uri(key).startsWith(`${url.replace(/\/$/, '')}/`)).toBe(true);
        expect(open().keyOf(store.uri(key))).toBe(key);
      }
    });

    it.each([
      '',
      'file:///elsewhere/a',
      'gs://elsewhere/a',
      'a',
      '%URL%',
      '%URL%/',
      '%URL%/../a',
      '%URL%/a%2Fb',
      '%URL%x/a',
    ])('refuses the address %p as foreign', (template) => {
      const uri = template.replace('%URL%', url.replace(/\/$/, ''));
      const refused = expect.objectContaining({ reason: 'foreign-uri' }) as Error;
      expect(() => store.keyOf(uri)).toThrow(PermanentError);
      expect(() => store.keyOf(uri)).toThrow(refused);
    });

    it.each([
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      '.hidden',
      'a/.b',
      'a\\b',
      'a b',
      '^GSPC',
      'é',
      'a\0',
      'x'.repeat(201),
      'a/'.repeat(500) + 'a',
    ])('refuses the key %p everywhere', async (key) => {
      const refused = { reason: 'invalid-key' };
      expect(await rejectionOf(store.read(key))).toMatchObject(refused);
      expect(await rejectionOf(store.createIfAbsent(key, Buffer.from('x')))).toMatchObject(refused);
      expect(await rejectionOf(store.compareAndSwap(key, Buffer.from('x'), 'v'))).toMatchObject(refused);
      expect(await rejectionOf(store.remove(key))).toMatchObject(refused);
      expect(() => store.uri(key)).toThrow(PermanentError);
    });

    it('refuses to list above itself', async () => {
      expect(await rejectionOf(keysOf(store, '../'))).toMatchObject({ reason: 'invalid-key' });
      expect(await rejectionOf(keysOf(store, '/'))).toMatchObject({ reason: 'invalid-key' });
    });
  });
}
