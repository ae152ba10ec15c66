import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTypeScript } from '../../../storage/test/run-typescript';

describe('Google’s clients', () => {
  it('are never loaded where the warehouse is a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'closing-bell-lazy-'));
    const url = `duckdb:${join(folder, 'warehouse.duckdb')}`;
    expect(await runTypeScript(require.resolve('./loaded-client'), url)).toBe('not loaded');
    rmSync(folder, { recursive: true });
  });
});
