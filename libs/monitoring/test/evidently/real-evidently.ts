import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DriftTestName } from '../../src/evidently/drift-test';

const ROOT = join(__dirname, '../../../..');
const SCRIPT = join(__dirname, 'evidently_drift.py');

/** Data for Evidently to compare; columns are numerical. */
export interface Question {
  readonly reference: Readonly<Record<string, readonly number[]>>;
  readonly current: Readonly<Record<string, readonly number[]>>;
  /** A test's name; null for Evidently's own choice. */
  readonly method: DriftTestName | null;
}

/** What is compared of Evidently's snapshot. */
export interface Snapshot {
  readonly metrics: readonly { id: string; metric_name: string; config: Record<string, unknown>; value: unknown }[];
  readonly tests: readonly { id: string; name: string; description: string; status: string }[];
}

/** Describes tests that ask Evidently itself. They are skipped where it is not installed. */
export function describeOnEvidently(
  name: string,
  tests: (ask: (questions: readonly Question[]) => Snapshot[]) => void,
): void {
  const environment = join(ROOT, '.cache/evidently');
  if (existsSync(join(environment, '.installed'))) {
    describe(name, () => tests((questions) => ask(join(environment, 'bin/python3'), questions)));
    return;
  }
  const missing = 'Evidently is not installed. Run `make test-integration`, which installs it.';
  if (process.env['CLOSING_BELL_REQUIRE_EVIDENTLY'] === '1') throw new Error(missing);
  // Not by the console, which Jest does not show of a file that is skipped whole while others run.
  process.stderr.write(`Skipped: no score is compared with Evidently’s own, for ${missing}\n`);
  describe.skip(name, () => tests(() => []));
}

/** JSON has no NaN; pandas reads null as one. */
function ask(python: string, questions: readonly Question[]): Snapshot[] {
  const answer = execFileSync(python, [SCRIPT], {
    input: JSON.stringify(questions),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    // It counts its users otherwise.
    env: { ...process.env, DO_NOT_TRACK: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(answer) as Snapshot[];
}
