import { fitInChildProcess, TrainingProcessError } from '../../src/lstm/child-process-fit';
import { type EpochReport, type FitTask } from '../../src/lstm/fit';
import { RandomSource } from '../../src/random';
import { typescriptArguments } from '../fixtures/typescript-process';

function task(changes: Partial<FitTask> = {}): FitTask {
  const random = new RandomSource(4);
  const examples = {
    lastRows: Int32Array.from({ length: 90 }, (_, index) => index + 5),
    targets: Float32Array.from({ length: 1000 }, () => random.normal()),
  };
  return {
    features: 2,
    units: 8,
    lookback: 5,
    dropout: 0.1,
    learningRate: 1e-3,
    gradientNorm: 1,
    batchSize: 16,
    stride: 5,
    epochs: 2,
    patience: 2,
    seed: 3,
    inputs: Float32Array.from({ length: 200 }, () => random.normal()),
    training: examples,
    validation: examples,
    ...changes,
  };
}
const endless = task({ epochs: 5000, patience: 5000 });

describe('fitting in a process of its own', () => {
  const fit = fitInChildProcess(typescriptArguments());

  it('reports epochs and gives the same bytes each time', async () => {
    const reports: EpochReport[] = [];
    const fitted = await fit(task(), { onEpoch: (report) => reports.push(report) });
    expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(fitted.weights.map(({ length }) => length)).toEqual([64, 256, 32, 240, 30]);
    expect(await fit(task(), {})).toEqual(fitted);
  });

  it('ends the process with the reason of an abort', async () => {
    const controller = new AbortController();
    let reports = 0;
    const running = fit(endless, {
      signal: controller.signal,
      onEpoch: () => {
        reports++;
        if (reports === 3) controller.abort(new Error('draining'));
      },
    });
    await expect(running).rejects.toThrow('draining');
  });

  it('starts no process when it is aborted already', async () => {
    await expect(fit(endless, { signal: AbortSignal.abort(new Error('draining')) })).rejects.toThrow('draining');
  });

  it('rejects with the signal when the process is killed', async () => {
    const dying = fitInChildProcess(
      typescriptArguments(`process.once('message', () => process.kill(process.pid, 'SIGKILL'));`),
    );
    await expect(dying(task(), {})).rejects.toThrow(/was killed by SIGKILL before it was done/);
  });

  it('rejects with the exit code and what was printed when the process crashes', async () => {
    const crashing = fitInChildProcess(typescriptArguments(`console.error('out of order'); process.exit(3);`));
    const failure = crashing(task(), {});
    await expect(failure).rejects.toThrow(TrainingProcessError);
    await expect(failure).rejects.toThrow(/ended with code 3 before it was done\. It printed: out of order/);
  });

  it('rejects with the error when training fails', async () => {
    await expect(fit(task({ units: -1 }), {})).rejects.toThrow(/Training failed: /);
  });
});
