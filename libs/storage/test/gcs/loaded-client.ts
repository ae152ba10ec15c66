import { openObjectStore } from '../../src';

/** Opens a store, writes an object where it is told to, and prints whether Google's client was loaded by then. */
async function main([url = '', use]: readonly string[]): Promise<void> {
  const store = openObjectStore(url, { gcsEndpoint: 'http://127.0.0.1:9' });
  store.uri('a');
  if (use === 'write') await store.createIfAbsent('a', Buffer.from('x'));
  const isLoaded = Object.keys(require.cache).some((file) =>
    /@google-cloud[\\/]storage|google-auth-library/.test(file),
  );
  process.stdout.write(isLoaded ? 'loaded' : 'not loaded');
}

void main(process.argv.slice(2));
