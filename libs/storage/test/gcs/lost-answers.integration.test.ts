import { type ObjectStore, StorageUnavailableError } from '../../src';
import { gcsLocation } from '../../src/gcs/gcs-location';
import { GcsObjectStore } from '../../src/gcs/gcs-object-store';
import { keysOf, rejectionOf } from '../object-store-conformance';
import { FaultyProxy } from './faulty-proxy';
import { BUCKET, describeOnFakeGcs } from './real-fake-gcs';

const LIMITS = { totalMs: 10_000, attemptMs: 2000, firstPauseMs: 5, longestPauseMs: 20 };
const LARGE = Buffer.alloc(9 * 1024 * 1024, 'closing bell');

describeOnFakeGcs('Cloud Storage behind a faulty network', (gcs) => {
  const proxy = new FaultyProxy(() => gcs.url);
  let place: string;
  let store: ObjectStore;
  let other: ObjectStore;
  const open = (url: string, endpoint: string, limits = LIMITS): ObjectStore =>
    new GcsObjectStore(gcsLocation(url), { endpoint, limits });
  const textAt = async (key: string): Promise<string | undefined> => (await other.read(key))?.bytes.toString();
  const swapOnce = async (key: string, text: string): Promise<void> => {
    const version = (await other.read(key))?.version;
    if (!(await other.compareAndSwap(key, Buffer.from(text), version))) throw new Error('nobody else swaps');
  };

  beforeAll(() => proxy.start());
  afterAll(() => proxy.stop());
  beforeEach(() => {
    proxy.faultOf = () => 'pass';
    proxy.afterLost = async () => undefined;
    proxy.seen.length = 0;
    place = gcs.newPlace();
    store = open(place, proxy.url);
    other = open(place, gcs.url);
  });

  describe.each([
    ['small', Buffer.from('mine')],
    ['large', LARGE],
  ])('with a %s object', (_, bytes) => {
    it('says created of its own object when the answer to its creation is lost', async () => {
      proxy.faultOnUploads('lose');
      expect(await store.createIfAbsent('a', bytes)).toBe('created');
      expect((await other.read('a'))?.bytes.equals(bytes)).toBe(true);
    });

    it('says exists of another’s object when the connection breaks at first', async () => {
      await other.createIfAbsent('a', Buffer.from('theirs'));
      proxy.faultOnUploads('break');
      expect(await store.createIfAbsent('a', bytes)).toBe('exists');
      expect(await textAt('a')).toBe('theirs');
    });

    it('says true of its own swap when the answer is lost', async () => {
      await other.createIfAbsent('a', Buffer.from('before'));
      const before = await store.read('a');
      proxy.faultOnUploads('lose');
      expect(await store.compareAndSwap('a', bytes, before?.version)).toBe(true);
      expect((await other.read('a'))?.bytes.equals(bytes)).toBe(true);
    });

    it('says true of its own swap also when another has swapped since', async () => {
      await other.createIfAbsent('a', Buffer.from('before'));
      const before = await store.read('a');
      proxy.faultOnUploads('lose');
      proxy.afterLost = () => swapOnce('a', 'after');
      expect(await store.compareAndSwap('a', bytes, before?.version)).toBe(true);
      expect(await textAt('a')).toBe('after');
    });

    it('says false of a swap that never arrived when another came first', async () => {
      await other.createIfAbsent('a', Buffer.from('before'));
      const before = await store.read('a');
      await swapOnce('a', 'theirs');
      proxy.faultOnUploads('break');
      expect(await store.compareAndSwap('a', bytes, before?.version)).toBe(false);
      expect(await textAt('a')).toBe('theirs');
    });
  });

  it('says true of its own swap when the answer never comes', async () => {
    await other.createIfAbsent('a', Buffer.from('before'));
    const before = await store.read('a');
    proxy.faultOnUploads('swallow');
    const impatient = open(place, proxy.url, { ...LIMITS, attemptMs: 300 });
    expect(await impatient.compareAndSwap('a', Buffer.from('mine'), before?.version)).toBe(true);
  });

  it('says that it cannot tell when so many have swapped since that the object forgot', async () => {
    await other.createIfAbsent('a', Buffer.from('before'));
    const before = await store.read('a');
    proxy.faultOnUploads('lose');
    proxy.afterLost = async () => {
      for (let swap = 0; swap < 16; swap++) await swapOnce('a', `${swap}`);
    };
    const error = await rejectionOf(store.compareAndSwap('a', Buffer.from('mine'), before?.version));
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error).toMatchObject({ details: { code: 'OUTCOME_UNKNOWN' } });
  });

  it('loses and repeats no swap where every third answer is lost', async () => {
    let uploads = 0;
    proxy.faultOf = ({ method }) => (method === 'POST' && ++uploads % 3 === 0 ? 'lose' : 'pass');
    const writers = [1, 2, 3].map(async () => {
      const mine = open(place, proxy.url);
      for (let done = 0; done < 10;) {
        const object = await mine.read('sum');
        const next = Buffer.from(String(Number(object?.bytes ?? 0) + 1));
        if (await mine.compareAndSwap('sum', next, object?.version)) done++;
      }
    });
    await Promise.all(writers);
    expect(await textAt('sum')).toBe('30');
  });

  it('takes its own removal for done when the answer is lost', async () => {
    await other.createIfAbsent('a', Buffer.from('done with'));
    let removals = 0;
    proxy.faultOf = ({ method }) => (method === 'DELETE' && ++removals === 1 ? 'lose' : 'pass');
    await store.remove('a');
    expect(removals).toBe(2);
    expect(await textAt('a')).toBeUndefined();
  });

  it('needs no further request to tell that an object is there, where no answer was lost', async () => {
    await other.createIfAbsent('a', Buffer.from('theirs'));
    expect(await store.createIfAbsent('a', Buffer.from('mine'))).toBe('exists');
    expect(proxy.seen).toHaveLength(1);
  });

  it('asks again after 429 and 503, and of bytes that came damaged', async () => {
    const faults = [{ status: 503 }, { status: 429 }, 'damage', 'break'] as const;
    await other.createIfAbsent('a', Buffer.from('theirs'));
    let asked = 0;
    proxy.faultOf = () => faults[asked++] ?? 'pass';
    expect((await store.read('a'))?.bytes.toString()).toBe('theirs');
    asked = 0;
    expect(await keysOf(store)).toEqual(['a']);
    asked = 0;
    expect(await store.createIfAbsent('b', Buffer.from('mine'))).toBe('created');
    proxy.faultOnUploads({ status: 503 });
    expect(await store.createIfAbsent('c', LARGE)).toBe('created');
  });

  it.each(['read', 'createIfAbsent'] as const)('gives up %s of a server that never answers', async (call) => {
    const impatient = open(place, proxy.url, { ...LIMITS, totalMs: 400, attemptMs: 150 });
    proxy.faultOf = () => 'hang';
    const error = await rejectionOf(impatient[call]('a', Buffer.from('x')));
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error).toMatchObject({ details: { uri: `${place}/a`, code: 'ETIMEDOUT' } });
    expect(proxy.seen.length).toBeGreaterThan(1);
  });

  it('names the bucket where nobody listens', async () => {
    const nowhere = open(place, 'http://127.0.0.1:9', { ...LIMITS, totalMs: 200 });
    const error = await rejectionOf(nowhere.read('a'));
    expect(error).toMatchObject({
      details: { code: 'ECONNREFUSED' },
      message: expect.stringContaining(BUCKET) as string,
    });
  });

  it('says of a missing bucket how it is made, whatever is asked', async () => {
    const missing = open('gs://no-such-bucket/a', gcs.url);
    for (const ask of [
      () => missing.read('a'),
      () => missing.createIfAbsent('a', Buffer.from('x')),
      () => missing.createIfAbsent('a', LARGE),
      () => keysOf(missing),
    ]) {
      const error = await rejectionOf(ask());
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect((error as Error).message).toMatch(/the bucket no-such-bucket is not there\. Make it with/);
    }
  });

  it('says of a missing permission which role to grant, without asking twice', async () => {
    const reason = { message: 'robot@example does not have storage.objects.get access', reason: 'forbidden' };
    const body = JSON.stringify({ error: { code: 403, message: reason.message, errors: [reason] } });
    for (const ask of [
      () => store.read('a'),
      () => store.createIfAbsent('a', Buffer.from('x')),
      () => store.createIfAbsent('a', LARGE),
      () => keysOf(store),
    ]) {
      proxy.seen.length = 0;
      proxy.faultOf = () => ({ status: 403, body });
      const error = await rejectionOf(ask());
      expect(error).toMatchObject({ details: { code: 'HTTP 403' } });
      expect((error as Error).message).toContain('roles/storage.objectUser');
      expect(proxy.seen).toHaveLength(1);
    }
  });

  it('lists by pages, and leaves out what is no key', async () => {
    const keys = Array.from({ length: 2300 }, (_, index) => `k/${String(index).padStart(5, '0')}`);
    // By the server's own interface, which is quicker.
    const put = (name: string) =>
      fetch(`${gcs.url}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=${encodeURIComponent(name)}`, {
        method: 'POST',
        body: 'x',
      });
    const root = `${gcsLocation(place).prefix}`;
    for (let from = 0; from < keys.length; from += 100) {
      await Promise.all(keys.slice(from, from + 100).map((key) => put(root + key)));
    }
    await put(`${root}k/`);
    await put(`${root}k/a copy`);
    expect(await keysOf(store, 'k/')).toEqual(keys);
    expect(proxy.seen).toHaveLength(3);
  });
});
