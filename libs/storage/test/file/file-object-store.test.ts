import { promises as fs } from 'node:fs';
import { type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { openObjectStore, StorageUnavailableError } from '../../src';
import { newClaim } from '../../src/file/claim';
import { describeObjectStore, keysOf, rejectionOf } from '../object-store-conformance';
import { startTypeScript } from '../run-typescript';
import { temporaryFolders } from '../temporary-folder';
import { endedClaim } from './ended-claim';

const newFolder = temporaryFolders();

describeObjectStore('file://', async () => pathToFileURL(join(await newFolder(), 'objects')).href);

describe('the object store in a folder', () => {
  let folder: string;
  const open = (): ReturnType<typeof openObjectStore> => openObjectStore(pathToFileURL(folder).href);

  beforeEach(async () => {
    folder = await newFolder();
  });

  afterEach(() => jest.restoreAllMocks());

  it('puts an object where its key says, with its bytes alone', async () => {
    await open().createIfAbsent('models/lstm.json', Buffer.from('{}'));
    expect(await fs.readFile(join(folder, 'models/lstm.json'), 'utf8')).toBe('{}');
  });

  it('works in a folder whose name has spaces and other characters', async () => {
    folder = join(folder, 'closing bell #1 ä%20');
    const store = open();
    await store.createIfAbsent('a', Buffer.from('x'));
    expect(store.keyOf(store.uri('a'))).toBe('a');
    expect(await keysOf(open())).toEqual(['a']);
  });

  it('leaves no temporary file and no lock behind', async () => {
    const store = open();
    await store.createIfAbsent('a', Buffer.from('one'));
    await store.createIfAbsent('a', Buffer.from('two'));
    await store.compareAndSwap('a', Buffer.from('three'), (await store.read('a'))?.version);
    expect(await fs.readdir(join(folder, '.temporary'))).toEqual([]);
    expect(await fs.readdir(join(folder, '.locks'))).toEqual([]);
  });

  it('ignores what an ended process left half-written, and clears it away when it next writes', async () => {
    await fs.mkdir(join(folder, '.temporary'), { recursive: true });
    await fs.writeFile(join(folder, '.temporary', await endedClaim()), 'half of an ob');
    const running = newClaim();
    await fs.writeFile(join(folder, '.temporary', running), 'still being written');
    const store = open();
    expect(await keysOf(store)).toEqual([]);
    await store.createIfAbsent('a', Buffer.from('x'));
    expect(await fs.readdir(join(folder, '.temporary'))).toEqual([running]);
  });

  it('neither lists nor reads files that are no objects', async () => {
    await fs.writeFile(join(folder, '.DS_Store'), '');
    await fs.writeFile(join(folder, 'a copy.json'), '');
    await fs.mkdir(join(folder, 'a'));
    expect(await keysOf(open())).toEqual([]);
    expect(await open().read('a')).toBeUndefined();
    expect(await open().read('a/b')).toBeUndefined();
  });

  it('refuses a key that is the folder of others, or has an object for a folder', async () => {
    const store = open();
    await store.createIfAbsent('a/b', Buffer.from('x'));
    expect(await rejectionOf(store.createIfAbsent('a', Buffer.from('x')))).toMatchObject({ reason: 'key-conflict' });
    expect(await rejectionOf(store.createIfAbsent('a/b/c', Buffer.from('x')))).toMatchObject({
      reason: 'key-conflict',
    });
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk is full'],
    ['EROFS', 'does not permit it'],
    ['EIO', 'the file system failed'],
  ])('says on %s that %s, changes nothing and goes on when it has passed', async (code, words) => {
    const store = open();
    await store.createIfAbsent('champion', Buffer.from('one'));
    const { version } = (await store.read('champion')) ?? {};
    const openFile = fs.open.bind(fs);
    const spy = jest.spyOn(fs, 'open').mockImplementation(async (path, flags, mode) => {
      const file = await openFile(path, flags, mode);
      if (flags !== 'wx') return file;
      // Half of the bytes come to the disk before it refuses the rest.
      const refuse: FileHandle['writeFile'] = async () => {
        await file.write('half');
        throw Object.assign(new Error(code), { code });
      };
      return Object.assign(file, { writeFile: refuse });
    });

    for (const attempt of [
      () => store.createIfAbsent('new', Buffer.from('whole')),
      () => store.compareAndSwap('champion', Buffer.from('two'), version),
    ]) {
      const error = await rejectionOf(attempt());
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect(error).toMatchObject({ details: { code }, message: expect.stringContaining(words) as string });
    }
    expect(await keysOf(store)).toEqual(['champion']);
    expect((await store.read('champion'))?.bytes.toString()).toBe('one');
    expect(await fs.readdir(join(folder, '.temporary'))).toEqual([]);

    spy.mockRestore();
    expect(await store.createIfAbsent('new', Buffer.from('whole'))).toBe('created');
    expect(await store.compareAndSwap('champion', Buffer.from('two'), version)).toBe(true);
  });

  it('keeps every acknowledged swap of processes that are killed in the middle of one', async () => {
    const url = pathToFileURL(folder).href;
    for (const swaps of [1, 2, 3, 5, 8, 13, 21]) {
      const writer = startTypeScript(require.resolve('../object-store-writer'), url, '{}', 'count', 'sum', '1000000');
      const lines: string[] = [];
      for await (const line of createInterface({ input: writer.stdout ?? process.stdin })) {
        lines.push(line);
        if (lines.length === swaps) writer.kill('SIGKILL');
      }
      const object = await open().read('sum');
      const acknowledged = Number(lines.at(-1));
      expect([acknowledged, acknowledged + 1]).toContain(Number(object?.bytes.toString()));
    }
    const { version } = (await open().read('sum')) ?? {};
    expect(await open().compareAndSwap('sum', Buffer.from('0'), version)).toBe(true);
    expect(await keysOf(open())).toEqual(['sum']);
    expect(await fs.readdir(join(folder, '.temporary'))).toEqual([]);
    expect(await fs.readdir(join(folder, '.locks'))).toEqual([]);
  });

  it('can still be written to when its folders could not be made at first', async () => {
    const store = open();
    const refused = Object.assign(new Error('full'), { code: 'ENOSPC' });
    jest.spyOn(fs, 'mkdir').mockRejectedValueOnce(refused);
    expect(await rejectionOf(store.createIfAbsent('a', Buffer.from('x')))).toBeInstanceOf(StorageUnavailableError);
    expect(await store.createIfAbsent('a', Buffer.from('x'))).toBe('created');
  });
});
