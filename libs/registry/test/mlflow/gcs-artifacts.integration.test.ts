import { openObjectStore } from '@closing-bell/storage';
import { openArtifacts } from '../../src/mlflow/artifact-store';
import { MlflowConnection } from '../../src/mlflow/mlflow-connection';
import { describeOnFakeGcs } from '../../../storage/test/gcs/real-fake-gcs';

const connection = new MlflowConnection(
  { url: 'http://mlflow.example:5000' },
  {
    fetch: () => {
      throw new Error('nobody is to be asked');
    },
    random: () => 0,
    sleep: async () => undefined,
  },
);

describeOnFakeGcs('artifacts in Cloud Storage', (gcs) => {
  it('are objects of the bucket, without asking the server', async () => {
    const uri = `${gcs.newPlace()}/1/models/m-0/artifacts`;
    const store = openArtifacts(uri, connection, (url) => openObjectStore(url, { gcsEndpoint: gcs.url }));
    expect(await store.list()).toEqual([]);
    expect(await store.get('data/model.keras')).toBeUndefined();
    await store.put('data/model.keras', Buffer.from('first'));
    await store.put('data/model.keras', Buffer.from('second'));
    await store.put('MLmodel', Buffer.from('x'));
    expect(await store.list()).toEqual(['MLmodel', 'data/model.keras']);
    expect(await store.get('data/model.keras')).toEqual(Buffer.from('second'));
    const bucket = openObjectStore(uri, { gcsEndpoint: gcs.url });
    expect((await bucket.read('MLmodel'))?.bytes.toString()).toBe('x');
  });
});
