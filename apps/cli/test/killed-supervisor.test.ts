import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from './system';

const describeWithProc = existsSync('/proc/self/environ') ? describe : describe.skip;

describeWithProc('a supervisor that is killed', () => {
  let home: string;
  let system: System;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'closing-bell-killed-'));
    system = new System(home, { CLOSING_BELL_LSTM_UNITS: '4', CLOSING_BELL_LSTM_EPOCHS: '1' });
  });
  afterAll(() => {
    for (const pid of processesOf(home)) process.kill(pid, 'SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });

  it('leaves no process behind, although nobody reads what they log', async () => {
    await system.start();
    const replayed = system.run('replay', '--from', '2020-02-03', '--to', '2020-03-31', '--json');
    const busy = () => system.output.includes('→ features-computed');
    await until('the services are at work', 120_000, busy);
    await system.killSupervisor();
    expect((await replayed).code).toBe(1);
    await until('all processes have ended', 60_000, () => processesOf(home).length === 0);
  }, 360_000);
});

/** Processes of this home, by what they were started with. */
function processesOf(home: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && startedWith(pid).includes(home));
}

function startedWith(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function until(what: string, milliseconds: number, condition: () => boolean): Promise<void> {
  const limit = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`waited ${milliseconds / 1000} s until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
