import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RandomSource } from '../../../forecasting/src/random';
import { type MlflowProcess, startMlflow } from '../../../../tools/mlflow/server';
import { EndingProcess } from './ending-process';
import { describeOnMlflow, registryOn } from './real-mlflow';
import { TwoDecisions } from './two-decisions';

/** `KILLS=50 make test-integration` for a long run. */
const KILLS = Number(process.env['KILLS'] ?? 3);
const SEED = 1;
const PATIENCE_MS = 60_000 * (KILLS + 1);
/** Longer than any call takes that is under way. */
const LONGEST_CALL_MS = 40;

/** Ends a process and all that it started, as a machine does that loses power; resolves when nobody listens at its address. */
async function kill({ pid, url, ended }: MlflowProcess): Promise<void> {
  const children = new Map<number, number[]>();
  for (const line of execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n')) {
    const [child = NaN, parent = NaN] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const tree = (root: number): number[] => [root, ...(children.get(root) ?? []).flatMap(tree)];
  for (const one of tree(pid)) process.kill(one, 'SIGKILL');
  await ended;
  for (let tries = 0; tries < 1000; tries += 1) {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (!answer) return;
    await sleep(10);
  }
  throw new Error(`${url} still answers after its server was killed`);
}

describeOnMlflow('the registry in MLflow, whose server is killed', ({ python }) => {
  let folder: string;
  let server: MlflowProcess;
  const start = async (): Promise<void> => {
    server = await startMlflow({ python, folder, port: 0 });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'registry-killed-'));
    await start();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  /** Asks the server, which is killed before a call or while it is under way. */
  function killedAt(call: number, afterMs: number | undefined): { ask: typeof fetch; killed: () => Promise<void> } {
    let calls = 0;
    let killed: Promise<void> | undefined;
    const ask: typeof fetch = async (...request) => {
      if (calls++ !== call) return fetch(...request);
      if (afterMs === undefined) {
        killed = kill(server);
        await killed;
        return fetch(...request);
      }
      const answer = fetch(...request);
      killed = sleep(afterMs).then(() => kill(server));
      const [response] = await Promise.all([answer, killed]);
      return response;
    };
    return { ask, killed: async () => killed };
  }

  it(
    `${KILLS} times at any call and started again, has everything once, has lost no run and never half a champion`,
    async () => {
      const random = new RandomSource(SEED);
      const names = ['WHOLE'];
      const whole = new EndingProcess(Infinity);
      const undisturbed = new TwoDecisions(server.url, 'WHOLE');
      await undisturbed.first();
      await undisturbed.second(registryOn(server.url, whole.fetch), 0);
      for (let count = 1; count <= KILLS; count += 1) {
        const name = `KILLED-${count}`;
        const before = new TwoDecisions(server.url, name);
        await before.first();
        const call = Math.floor(random.uniform() * whole.calls);
        const afterMs = random.uniform() < 0.3 ? undefined : Math.floor(random.uniform() * LONGEST_CALL_MS);
        const { ask, killed } = killedAt(call, afterMs);
        // The last answer may have come before the kill.
        await before.second(registryOn(server.url, ask), 1).catch(() => undefined);
        await killed();
        await start();
        const after = new TwoDecisions(server.url, name);
        await after.expectWholeChampion();
        await after.second(registryOn(server.url), 2);
        await after.expectRecordedOnce();
        names.push(name);
      }
      for (const name of names) await new TwoDecisions(server.url, name).expectRecordedOnce();
    },
    PATIENCE_MS,
  );
});
