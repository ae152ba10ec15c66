import { withFileLock } from '../../src/file/file-lock';

/** A process that takes the lock at a path, says so and never lets go. */
void withFileLock(process.argv[2] ?? '', 1000, async () => {
  process.stdout.write('held');
  await new Promise(() => process.stdin.resume());
});
