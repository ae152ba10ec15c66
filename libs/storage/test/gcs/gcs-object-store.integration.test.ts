import { describeObjectStore } from '../object-store-conformance';
import { describeOnFakeGcs } from './real-fake-gcs';

describeOnFakeGcs('on fake-gcs-server', (gcs) => {
  describeObjectStore(
    'gs://',
    async () => gcs.newPlace(),
    () => ({ gcsEndpoint: gcs.url }),
  );
});
