import { openObjectStore } from '../src';

describe('opening an object store', () => {
  it.each(['s3://bucket/path', 'ftp://host/'])('at the unknown scheme of %s says which are known', (url) => {
    expect(() => openObjectStore(url)).toThrow('Known: file:///absolute/path or gs://bucket/prefix');
  });

  it.each(['', '/var/data', 'data', 'file://host/path'])('at %p says what to write', (url) => {
    expect(() => openObjectStore(url)).toThrow('Write file:///absolute/path');
  });

  it.each([
    'gs:',
    'gs://',
    'gs:///a',
    'gs://b',
    'gs://Bucket/a',
    'gs://bucket/a//b',
    'gs://bucket/../a',
    'gs://bucket/a?b',
  ])('at %p says what to write', (url) => {
    expect(() => openObjectStore(url)).toThrow('Write gs://bucket/prefix');
  });

  it.each(['gs://bucket', 'gs://bucket/', 'gs://my.bucket_1/a/b', 'gs://bucket/a/b/'])('takes %p', (url) => {
    expect(openObjectStore(url).uri('k')).toBe(`${url.replace(/\/$/, '')}/k`);
  });
});
