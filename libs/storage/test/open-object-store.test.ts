import { openObjectStore } from '../src';

describe('opening an object store', () => {
  it.each(['s3://bucket/path', 'ftp://host/'])('at the unknown scheme of %s says which are known', (url) => {
    expect(() => openObjectStore(url)).toThrow('Known: file:///absolute/path');
  });

  it.each(['', '/var/data', 'data', 'file://host/path'])('at %p says what to write', (url) => {
    expect(() => openObjectStore(url)).toThrow('Write file:///absolute/path');
  });
});
