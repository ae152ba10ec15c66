#!/usr/bin/env node
import { loadConfig } from '@closing-bell/platform';
import { program } from './program';

// Whoever reads the output may have seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  process.exitCode = await program(
    { config, environment: process.env, output: process.stdout, clock: () => new Date() },
    process.argv,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
