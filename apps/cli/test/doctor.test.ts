import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The real command, as built.
const MAIN = join(__dirname, '../../../dist/apps/cli/src/main.js');

interface Finding {
  readonly subject: string;
  readonly state: string;
  readonly advice?: string;
  readonly broken?: boolean;
}

describe('closing-bell doctor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (engine: string): Promise<{ code: number; findings: Finding[] }> =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        CLOSING_BELL_HOME: join(folder, 'home'),
        CLOSING_BELL_CACHE: join(folder, 'cache'),
        CLOSING_BELL_ENGINE: engine,
      };
      execFile(process.execPath, [MAIN, 'doctor', '--json'], { env }, (error, output) =>
        resolve({ code: Number(error?.code ?? 0), findings: JSON.parse(output) as Finding[] }),
      );
    });
  const training = (findings: Finding[]): Finding | undefined => findings.find(({ subject }) => subject === 'training');

  it('tells which engine trains and how to get a faster one', async () => {
    const { code, findings } = await run('auto');
    expect(code).toBe(0);
    expect(findings.map(({ subject }) => subject)).toEqual([
      'Node',
      'home',
      'Pub/Sub',
      'warehouse',
      'MLflow',
      'training',
    ]);
    expect(training(findings)?.state).toMatch(/^wasm simd/);
    expect(training(findings)?.advice).toContain('`make tensorflow` gets it');
  });

  it('fails where the engine that was asked for is not there, and says what to do', async () => {
    const { code, findings } = await run('tensorflow');
    expect(code).toBe(1);
    expect(training(findings)).toMatchObject({ broken: true });
    expect(training(findings)?.advice).toMatch(/There is no TensorFlow in .*Get it with `make tensorflow`\.$/);
  });
});
