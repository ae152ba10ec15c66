import { once } from 'node:events';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { isAbandoned, newClaim } from '../../src/file/claim';
import { LockHeldError, withFileLock } from '../../src/file/file-lock';
import { rejectionOf } from '../object-store-conformance';
import { startTypeScript } from '../run-typescript';
import { temporaryFolders } from '../temporary-folder';
import { endedClaim } from './ended-claim';

const newFolder = temporaryFolders();
const FOREIGN = '000000000000-1-1-0-1';

/** Long enough for another to come in, were it let. */
async function aWhile(path: string): Promise<void> {
  for (let step = 0; step < 20; step++) await fs.stat(join(path, '..'));
}

describe('a claim', () => {
  it('is never made twice', () => {
    expect(newClaim()).not.toBe(newClaim());
  });

  it('is respected while its process runs, however old it is', () => {
    expect(isAbandoned(newClaim(), 1e12)).toBe(false);
  });

  it('is abandoned once its process has ended', async () => {
    expect(isAbandoned(await endedClaim(), 0)).toBe(true);
  });

  it('is abandoned when its process id now belongs to a later process', () => {
    const [space, pid, start, ...rest] = newClaim().split('-');
    expect(isAbandoned([space, pid, `${Number(start) - 1}`, ...rest].join('-'), 0)).toBe(true);
  });

  it('is respected for a minute where its process cannot be looked up', () => {
    expect(isAbandoned(FOREIGN, 59_000)).toBe(false);
    expect(isAbandoned(FOREIGN, 61_000)).toBe(true);
  });
});

describe('a lock', () => {
  let path: string;

  beforeEach(async () => {
    path = join(await newFolder(), 'lock');
  });

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 10 }, () =>
        withFileLock(path, 10_000, async () => {
          most = Math.max(most, ++inside);
          await aWhile(path);
          inside--;
        }),
      ),
    );
    expect(most).toBe(1);
  });

  it('is free again when what ran under it failed', async () => {
    expect(await rejectionOf(withFileLock(path, 1000, () => Promise.reject(new Error('failed'))))).toEqual(
      new Error('failed'),
    );
    expect(await withFileLock(path, 1000, () => Promise.resolve('done'))).toBe('done');
  });

  it('of a running process is not broken: the error says who holds it', async () => {
    const child = startTypeScript(require.resolve('./hold-lock'), path);
    await once(child.stdout ?? child, 'data');
    const error = await rejectionOf(withFileLock(path, 100, () => Promise.resolve()));
    expect(error).toBeInstanceOf(LockHeldError);
    expect(error).toMatchObject({ message: expect.stringContaining(`-${child.pid}-`) as string });

    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    expect(await withFileLock(path, 100, () => Promise.resolve('free'))).toBe('free');
  });

  it('left by an ended process lets one in at a time, of however many that find it', async () => {
    for (let round = 0; round < 10; round++) {
      await fs.symlink(await endedClaim(), path);
      let inside = 0;
      let most = 0;
      const bodies = Array.from({ length: 8 }, () =>
        withFileLock(path, 10_000, async () => {
          most = Math.max(most, ++inside);
          await aWhile(path);
          inside--;
        }),
      );
      await Promise.all(bodies);
      expect(most).toBe(1);
      expect(await fs.readdir(join(path, '..'))).toEqual([]);
    }
  });

  it('that was taken over is not removed by one who found its ended holder before that', async () => {
    await fs.symlink(await endedClaim(), path);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const lookAt = fs.lstat.bind(fs);
    let successor: Promise<void> | undefined;
    const spy = jest.spyOn(fs, 'lstat').mockImplementationOnce(async (...args) => {
      // The one under test has read the ended holder's claim by now.
      await new Promise<void>((inside) => {
        successor = withFileLock(path, 1000, () => {
          inside();
          return held;
        });
      });
      return lookAt(...args);
    });
    expect(await rejectionOf(withFileLock(path, 100, () => Promise.resolve()))).toBeInstanceOf(LockHeldError);
    spy.mockRestore();
    letGo();
    await successor;
    expect(await fs.readdir(join(path, '..'))).toEqual([]);
  });

  it('is freed also when the process that was freeing it ended half-way', async () => {
    const [holder, breaker] = [await endedClaim(), await endedClaim()];
    await fs.symlink(holder, path);
    await fs.symlink(breaker, `${path}.${holder}`);
    expect(await withFileLock(path, 1000, () => Promise.resolve('free'))).toBe('free');
    expect(await fs.readdir(join(path, '..'))).toEqual([]);
  });

  it('of a process that cannot be looked up is broken after a minute', async () => {
    await fs.symlink(FOREIGN, path);
    expect(await rejectionOf(withFileLock(path, 10, () => Promise.resolve()))).toBeInstanceOf(LockHeldError);
    const past = Date.now() / 1000 - 61;
    await fs.lutimes(path, past, past);
    expect(await withFileLock(path, 1000, () => Promise.resolve('free'))).toBe('free');
  });
});
