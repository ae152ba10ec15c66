/** Runs what stands in for Google Cloud, and MLflow, until Ctrl-C; prints the variables that lead the services there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findEmulators, startEmulators } from './emulators';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'first-port': { type: 'string', default: '0' } } });
  const found = findEmulators(process.cwd());
  if ('missing' in found) throw new Error(`Not installed:\n  ${found.missing.join('\n  ')}`);
  const asked = new Promise<void>((settle) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => settle());
  });
  console.error('Starting the emulators and MLflow ...');
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-emulators-'));
  try {
    const firstPort = Number(values['first-port']);
    const emulators = await startEmulators(found.programs, { folder, firstPort }).catch((error: unknown) => {
      const { code, port } = error as NodeJS.ErrnoException & { port?: number };
      if (code !== 'EADDRINUSE') throw error;
      throw new Error(`Port ${port} is taken. Choose others: make emulators FIRST_PORT=18085`, { cause: error });
    });
    try {
      for (const [name, value] of Object.entries(emulators.environment)) console.log(`export ${name}=${value}`);
      console.error('All run. Paste these lines in another terminal, then: npx closing-bell setup && make demo');
      console.error('Ctrl-C ends them, and what is in them is gone.');
      const ended = await Promise.race([asked, emulators.ended]);
      if (ended !== undefined) throw new Error(`${ended} has ended by itself.`);
    } finally {
      await emulators.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
