import { allSubscriptions, topics } from '@closing-bell/contracts';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The real command, as built: the client's own errors would end the process.
const MAIN = join(__dirname, '../../../dist/apps/cli/src/main.js');

describe('closing-bell setup without credentials', () => {
  const home = mkdtempSync(join(tmpdir(), 'setup-'));
  afterAll(() => rmSync(home, { recursive: true }));

  const others = topics.length + allSubscriptions.length;

  it('says in one line how to get them, and asks Google nothing', async () => {
    const env = {
      PATH: process.env['PATH'],
      CLOSING_BELL_HOME: home,
      CLOSING_BELL_PROJECT: 'my-project',
      CLOSING_BELL_OBJECTS: 'gs://bucket/prefix',
      GOOGLE_APPLICATION_CREDENTIALS: join(home, 'none.json'),
    };
    const { code, output, errors } = await new Promise<{ code: number; output: string; errors: string }>((resolve) => {
      execFile(process.execPath, [MAIN, 'setup'], { env }, (error, output, errors) =>
        resolve({ code: Number(error?.code ?? 0), output, errors }),
      );
    });
    expect(output.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^✗ bucket bucket and ${others} more: there are no valid credentials .*gcloud auth application-default login`,
        ),
      ),
      `${others + 1} are not as they should be.`,
      '',
    ]);
    expect(errors).toBe('');
    expect(code).toBe(1);
  });
});
