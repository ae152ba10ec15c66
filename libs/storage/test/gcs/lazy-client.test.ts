import { pathToFileURL } from 'node:url';
import { runTypeScript } from '../run-typescript';
import { temporaryFolders } from '../temporary-folder';

const LOADED = require.resolve('./loaded-client');
const newFolder = temporaryFolders();

describe('Google’s client', () => {
  it('is never loaded where objects are files', async () => {
    expect(await runTypeScript(LOADED, pathToFileURL(await newFolder()).href, 'write')).toBe('not loaded');
  });

  it('is not loaded either by opening a bucket that is not asked', async () => {
    expect(await runTypeScript(LOADED, 'gs://bucket/prefix')).toBe('not loaded');
  });
});
