import { spawnSync } from 'node:child_process';

/** What a linter finds wrong, a line each. */
export type Lint = (file: string) => string[];

/**
 * kube-score. CPU has no limit on purpose: a throttled event loop renews no lease. Images are named by tags that are never moved, so that
 * a node need not ask for one that it has.
 */
export function kubeScore(program: string): Lint {
  const options = [
    '--ignore-container-cpu-limit',
    '--ignore-test',
    'container-image-pull-policy',
    '--output-format',
    'ci',
  ];
  return (file) => {
    const { stdout, stderr, error } = spawnSync(program, ['score', ...options, file], { encoding: 'utf8' });
    if (error !== undefined || stdout === '') return [`kube-score did not run: ${error?.message ?? stderr}`];
    return stdout.split('\n').filter((line) => line.startsWith('[CRITICAL]'));
  };
}

/**
 * Findings of Checkov that do not hold here, each with the reason.
 */
const SKIPPED_BY_CHECKOV: Readonly<Record<string, string>> = {
  CKV_K8S_11: 'CPU has no limit on purpose: a throttled event loop renews no lease',
  CKV_K8S_15: 'images are named by tags that are never moved',
  CKV_K8S_43:
    'images of our own are named by the commit that they were built from; digests are known after they were pushed',
};

/** Checkov's rules for Kubernetes, or for a Dockerfile. */
export function checkov(program: string, framework: 'kubernetes' | 'dockerfile'): Lint {
  const skip = ['--skip-check', Object.keys(SKIPPED_BY_CHECKOV).join(',')];
  const options = ['--framework', framework, '--compact', '--quiet', '--output', 'json', '--skip-download', ...skip];
  return (file) => {
    const { stdout, stderr, error } = spawnSync(program, ['--file', file, ...options], {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_LEVEL: 'ERROR' },
    });
    if (error !== undefined || stdout === '') return [`Checkov did not run: ${error?.message ?? stderr}`];
    const report = JSON.parse(stdout) as { results?: { failed_checks: CheckovFinding[] }; passed?: number };
    // A file without anything to look at has a report without results.
    if (report.results === undefined) return [`Checkov found nothing to look at in ${file}`];
    return report.results.failed_checks.map(
      ({ check_id, check_name, resource }) => `${check_id} ${resource}: ${check_name}`,
    );
  };
}

interface CheckovFinding {
  readonly check_id: string;
  readonly check_name: string;
  readonly resource: string;
}
