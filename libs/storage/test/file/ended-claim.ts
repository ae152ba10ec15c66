import { runTypeScript } from '../run-typescript';

/** The claim of a process that has ended. */
export async function endedClaim(): Promise<string> {
  return runTypeScript(require.resolve('./print-claim'));
}
