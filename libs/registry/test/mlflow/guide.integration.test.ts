import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeOnMlflow } from './real-mlflow';
import { seedTrainings } from './seeded-trainings';

const GUIDE = join(__dirname, '../../../../docs/guide/mlflow.md');

describeOnMlflow('the Python of the guide to MLflow', (mlflow) => {
  it('finds the champion, runs it by both of its loaders and compares the trainings', async () => {
    await seedTrainings(mlflow.url, Date.now());
    const blocks = Array.from(
      readFileSync(GUIDE, 'utf8').matchAll(/^```python\n(.*?)^```$/gms),
      ([, code = '']) => code,
    );
    expect(blocks).toHaveLength(4);
    const { stdout } = await promisify(execFile)(mlflow.python, ['-c', blocks.join('\n')], {
      cwd: tmpdir(),
      env: {
        ...process.env,
        MLFLOW_TRACKING_URI: mlflow.url,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        NO_PROXY: '127.0.0.1',
        no_proxy: '127.0.0.1',
        KERAS_BACKEND: 'tensorflow',
        TF_CPP_MIN_LOG_LEVEL: '3',
      },
    });
    expect(stdout).toContain('3 promoted **promoted**');
    expect(stdout).toContain('(-1, 10, 3)');
    expect(stdout).toContain('Total params');
    expect(stdout.match(/2019-|2020-/g)).toHaveLength(4);
  }, 300_000);
});
