import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FitPool, type FitPoolOptions, TrainingProcessError } from '../../../src/lstm/fit/fit-pool';
import { type EpochReport, type FitTask } from '../../../src/lstm/fit/fit';
import { RandomSource } from '../../../src/random';
import { RememberedCheckpoints } from '../fixtures/remembered-checkpoints';
import { typescriptArguments } from '../../fixtures/typescript-process';

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
    head: 'student-t',
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
const endless = task({ epochs: 500_000, patience: 500_000 });
const choice = { engine: 'wasm', cache: '' } as const;
const draining = new Error('draining');

describe('fitting in processes of their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fit-pool-'));
  const pidFile = join(folder, 'pids');
  const notingPids = `require('node:fs').appendFileSync(${JSON.stringify(pidFile)}, process.pid + ' ');`;
  const pids = (): number[] => readFileSync(pidFile, 'utf8').trim().split(' ').map(Number);
  beforeEach(() => rmSync(pidFile, { force: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  const pools: FitPool[] = [];
  const poolOf = (processes: number, before = '', options: Partial<FitPoolOptions> = {}): FitPool => {
    const pool = new FitPool({ processes, choice, execArgv: typescriptArguments(before), ...options });
    pools.push(pool);
    return pool;
  };
  afterEach(() => pools.splice(0).forEach((pool) => pool.close()));

  it('reports epochs and gives the same bytes each time, in whatever process', async () => {
    const { fit } = poolOf(2);
    const reports: EpochReport[] = [];
    const fitted = await fit(task(), { onEpoch: (report) => reports.push(report) });
    expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(fitted.weights.map(({ length }) => length)).toEqual([64, 256, 32, 240, 30]);
    expect(await Promise.all([fit(task(), {}), fit(task(), {})])).toEqual([fitted, fitted]);
  });

  it('kills the process on an abort and rejects with its reason', async () => {
    const { fit } = poolOf(1);
    const controller = new AbortController();
    let reports = 0;
    const running = fit(endless, {
      signal: controller.signal,
      onEpoch: () => {
        reports++;
        if (reports === 3) controller.abort(draining);
      },
    });
    await expect(running).rejects.toBe(draining);
    await expect(fit(task(), {})).resolves.toMatchObject({ epochs: 2 });
  });

  it('starts no process when it is aborted already', async () => {
    await expect(poolOf(1).fit(endless, { signal: AbortSignal.abort(draining) })).rejects.toBe(draining);
  });

  it('computes one fit a process; the others wait, and can be aborted while they do', async () => {
    const { fit } = poolOf(1);
    const first = new AbortController();
    const second = new AbortController();
    const events: string[] = [];
    const running = fit(endless, {
      signal: first.signal,
      onEpoch: () => {
        if (events.length === 0) second.abort(draining);
        events.push('running');
      },
    });
    const aborted = fit(task(), { signal: second.signal, onEpoch: () => events.push('aborted') });
    const waiting = fit(task(), { onEpoch: () => events.push('waiting') });
    await expect(aborted).rejects.toBe(draining);
    expect(events).not.toContain('waiting');
    first.abort(draining);
    await expect(running).rejects.toBe(draining);
    await waiting;
    expect(events.filter((event) => event !== 'running')).toEqual(['waiting', 'waiting']);
  });

  it('fails the fit whose process is killed, and no other', async () => {
    const pool = poolOf(
      2,
      `process.once('message', ({ task }) => task.seed === 13 && process.kill(process.pid, 'SIGKILL'));`,
    );
    const dying = pool.fit(task({ seed: 13 }), {});
    const living = pool.fit(task(), {});
    await expect(dying).rejects.toThrow(/was killed by SIGKILL before it was done/);
    await expect(living).resolves.toMatchObject({ epochs: 2 });
    await expect(pool.fit(task(), {})).resolves.toEqual(await living);
  });

  it('ends a fit whose process is killed after any epoch with the same bytes, in another process', async () => {
    const whole = task({ epochs: 5, patience: 5 });
    const expected = await poolOf(1).fit(whole, {});
    // The first four processes say nothing after their first state, and are killed once that is on its way.
    const { fit } = poolOf(
      1,
      `${notingPids}
      const { length } = require('node:fs').readFileSync(${JSON.stringify(pidFile)}, 'utf8').trim().split(' ');
      const say = process.send.bind(process);
      let isDying = false;
      process.send = (message) => {
        if (isDying) return;
        const isLast = (isDying = message.type === 'save' && length <= 4);
        say(message, () => isLast && process.kill(process.pid, 'SIGKILL'));
      };`,
    );
    const checkpoints = new RememberedCheckpoints(0);
    for (let epoch = 1; epoch <= 4; epoch++) {
      await expect(fit(whole, { checkpoints })).rejects.toThrow(/was killed by SIGKILL before it was done/);
    }
    const epochs: [number, string][] = [];
    const fitted = await fit(whole, { checkpoints, onEpoch: ({ epoch }, origin) => epochs.push([epoch, origin]) });
    expect(fitted).toEqual(expected);
    expect(pids()).toHaveLength(5);
    expect(epochs).toEqual([1, 2, 3, 4, 5].map((epoch) => [epoch, epoch < 5 ? 'remembered' : 'computed']));
    const resumed = checkpoints.events.filter((event) => event !== 'saved');
    expect(resumed).toEqual([1, 2, 3, 4].map((epoch) => `resumed after ${epoch}`));
  });

  it('keeps on an abort where the fit stands, and rejects with the reason', async () => {
    const { fit } = poolOf(1);
    const checkpoints = new RememberedCheckpoints(Infinity);
    const controller = new AbortController();
    const whole = task({ epochs: 400, patience: 400 });
    const running = fit(whole, {
      signal: controller.signal,
      checkpoints,
      onEpoch: ({ epoch }) => epoch === 3 && controller.abort(draining),
    });
    await expect(running).rejects.toBe(draining);
    expect(checkpoints.events).toEqual(['saved']);
    expect(await fit(whole, { checkpoints })).toEqual(await fit(whole, {}));
    expect(checkpoints.events[1]).toMatch(/^resumed after ([3-9]|\d\d+)$/);
  });

  it('does not wait on an abort for a store that does not answer', async () => {
    const { fit } = poolOf(1);
    const checkpoints = new RememberedCheckpoints(Infinity);
    checkpoints.save = () => new Promise<void>(() => undefined);
    const controller = new AbortController();
    const onEpoch = () => controller.abort(draining);
    const running = fit(endless, { signal: controller.signal, checkpoints, onEpoch });
    await expect(running).rejects.toBe(draining);
  }, 10_000);

  it('starts another process where one died while it waited for work', async () => {
    const { fit } = poolOf(1, notingPids);
    const first = await fit(task(), {});
    process.kill(pids()[0] ?? NaN, 'SIGKILL');
    await untilGone(pids()[0] ?? NaN);
    await expect(fit(task(), {})).resolves.toEqual(first);
    expect(pids()).toHaveLength(2);
  });

  it('rejects with the exit code and what was printed when the process crashes', async () => {
    const failure = poolOf(1, `console.error('out of order'); process.exit(3);`).fit(task(), {});
    await expect(failure).rejects.toThrow(TrainingProcessError);
    await expect(failure).rejects.toThrow(/ended with code 3 before it was done\. It printed: out of order/);
  });

  it('rejects with the error when training fails, and goes on', async () => {
    const { fit } = poolOf(1);
    await expect(fit(task({ units: -1 }), {})).rejects.toThrow(/Training failed: /);
    await expect(fit(task(), {})).resolves.toMatchObject({ epochs: 2 });
  });

  it('fits one network after the other in the same process, and ends it when nobody needs it', async () => {
    const { fit } = poolOf(1, notingPids, { idleLimit: 2000 });
    await fit(task(), {});
    await fit(task(), {});
    expect(pids()).toHaveLength(1);
    await untilGone(pids()[0] ?? NaN);
  });

  it('does not grow over 500 trainings', async () => {
    const { fit } = poolOf(1, notingPids);
    const small = task({ units: 16, epochs: 1 });
    const sizeAfter = async (trainings: number): Promise<number> => {
      for (let count = 0; count < trainings; count++) await fit({ ...small, seed: count }, {});
      return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pids()[0])], { encoding: 'utf8' }));
    };
    const early = await sizeAfter(100);
    const late = await sizeAfter(400);
    expect(pids()).toHaveLength(1);
    expect(late / early).toBeLessThan(1.25);
  });
});

async function untilGone(pid: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  const alive = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (alive()) {
    if (Date.now() > deadline) throw new Error(`the process ${pid} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
