import { allSubscriptions, topics } from '@closing-bell/contracts';
import { bigQueryTables, bigQueryViews } from '@closing-bell/warehouse';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = 'k8s/google/setup.sh';
const PLACE = readFileSync('k8s/overlays/gke-staging/place.env', 'utf8').replaceAll('my-project-staging', 'a-project');

/** Stands in for gcloud and bq: writes down how it was called, a line a word, and says of what it is asked to look at whether that is there. */
const STAND_IN = `#!/usr/bin/env bash
{ printf '%s\\x1f' "$(basename "$0")" "$@"; printf '\\n'; } | tr '\\n' ' ' >> "$CALLS"
printf '\\n' >> "$CALLS"
case " $* " in
  *" describe "* | *" show "*) [ "$THERE" = yes ] ;;
  *" policies list "*) [ "$THERE" = no ] || echo projects/a-project/alertPolicies/1 ;;
  *"--data-file=-"*) cat > "$CALLS.secret" ;;
esac
`;

describe('the script that makes the resources without Config Connector', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closing-bell-script-'));
    for (const name of ['gcloud', 'bq']) {
      writeFileSync(join(folder, name), STAND_IN);
      chmodSync(join(folder, name), 0o755);
    }
    writeFileSync(join(folder, 'place.env'), PLACE);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function run(environment: Readonly<Record<string, string>> = {}) {
    const calls = join(folder, 'calls');
    writeFileSync(calls, '');
    const { status, stdout, stderr } = spawnSync('bash', [SCRIPT, join(folder, 'place.env')], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH']}`, CALLS: calls, THERE: 'no', ...environment },
    });
    const made = readFileSync(calls, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\x1f').map((word) => word.trim()));
    return { status, stdout, stderr, calls: made };
  }

  const words = (calls: string[][], ...first: string[]) =>
    calls.filter((call) => first.every((word, index) => call[index] === word));

  it('makes all that is missing', () => {
    const { status, stderr, calls } = run();
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(words(calls, 'gcloud', 'pubsub', 'topics', 'create').map((call) => call[4])).toEqual([...topics]);
    const subscriptions = words(calls, 'gcloud', 'pubsub', 'subscriptions', 'create');
    expect(subscriptions.map((call) => call[4])).toEqual(allSubscriptions.map(({ name }) => name));
    for (const [index, { topic, ordered, ackDeadlineSeconds }] of allSubscriptions.entries()) {
      expect(subscriptions[index]).toEqual(
        expect.arrayContaining([
          `--topic=${topic}`,
          `--ack-deadline=${ackDeadlineSeconds}`,
          '--expiration-period=never',
        ]),
      );
      expect(subscriptions[index]?.includes('--enable-message-ordering')).toBe(ordered);
    }
    const relations = calls
      .filter((call) => call[0] === 'bq' && call[2] === 'mk')
      .map((call) => call.findLast(Boolean));
    expect(relations).toEqual(
      [...bigQueryTables, ...bigQueryViews].map(({ name }) => `a-project:closing_bell.${name}`),
    );
    expect(words(calls, 'gcloud', 'scheduler', 'jobs', 'create', 'pubsub').map((call) => call[5])).toEqual([
      'market-closed',
      'market-closed-early-1300',
    ]);
  });

  it('names the project and dataset of the place in every view', () => {
    const views = run().calls.filter((call) => call.some((word) => word.startsWith('--view=')));
    expect(views).toHaveLength(bigQueryViews.length);
    for (const call of views) {
      const sql = call.find((word) => word.startsWith('--view='));
      expect(sql).toContain('`a-project.closing_bell.');
      expect(sql).not.toContain('the-project');
    }
  });

  it('makes nothing anew that is there, and says the roles and the schedule again', () => {
    const { status, calls } = run({ THERE: 'yes' });
    expect(status).toBe(0);
    const creating = calls.filter((call) => call.includes('create') || call.includes('mk') || call.includes('add'));
    expect(creating).toEqual([]);
    expect(words(calls, 'gcloud', 'scheduler', 'jobs', 'update', 'pubsub')).toHaveLength(2);
    expect(calls.filter((call) => call.includes('add-iam-policy-binding')).length).toBeGreaterThan(50);
  });

  it('calls nothing in a dry run, and shows each command', () => {
    const { status, stderr, calls } = run({ DRY_RUN: '1' });
    expect(status).toBe(0);
    expect(calls).toEqual([]);
    for (const { name } of allSubscriptions) expect(stderr).toContain(`+ gcloud pubsub subscriptions create ${name} `);
  });

  it('shows the token of the API to nobody', () => {
    const { stdout, stderr, calls } = run();
    const token = readFileSync(join(folder, 'calls.secret'), 'utf8');
    expect(token).toMatch(/^[0-9a-f]{48}$/);
    expect(JSON.stringify([stdout, stderr, calls])).not.toContain(token);
  });

  it('stops at a command that fails', () => {
    writeFileSync(join(folder, 'gcloud'), '#!/usr/bin/env bash\nexit 7\n');
    const { status } = run();
    expect(status).not.toBe(0);
  });

  it('refuses a place that nobody has filled in', () => {
    writeFileSync(join(folder, 'place.env'), PLACE.replaceAll('a-project', 'my-project-staging'));
    const { status, stderr, calls } = run();
    expect({ status, calls }).toEqual({ status: 2, calls: [] });
    expect(stderr).toContain('still says my-project: make place');
  });
});
