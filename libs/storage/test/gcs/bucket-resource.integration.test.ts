import { bucketResource, openObjectStore } from '../../src';
import { describeOnFakeGcs } from './real-fake-gcs';

describeOnFakeGcs('a bucket on fake-gcs-server', (gcs) => {
  let buckets = 0;
  const newBucket = () => {
    const name = `set-up-${++buckets}`;
    const options = { projectId: 'my-project', location: 'EU', gcsEndpoint: gcs.url };
    return { name, url: `gs://${name}/prefix`, resource: bucketResource(`gs://${name}/prefix`, options)! };
  };

  it('is to be created where it is not there, and looking at it creates none', async () => {
    const { name, resource } = newBucket();
    expect(resource).toMatchObject({ kind: 'bucket', name });
    const create = { action: 'create', details: ['in EU', 'access by roles alone', 'never public'] };
    expect(await resource.difference()).toEqual(create);
    expect(await resource.difference()).toEqual(create);
  });

  it('is kept once it was created, although the emulator says another location, and takes objects', async () => {
    const { url, resource } = newBucket();
    await resource.apply();
    expect(await resource.difference()).toEqual({ action: 'keep' });
    await resource.apply();
    const store = openObjectStore(url, { gcsEndpoint: gcs.url });
    expect(await store.createIfAbsent('a', Buffer.from('x'))).toBe('created');
  });

  it('is created by several at once without harm to one another', async () => {
    const { resource } = newBucket();
    await Promise.all(Array.from({ length: 4 }, () => resource.apply()));
    expect(await resource.difference()).toEqual({ action: 'keep' });
  });
});
