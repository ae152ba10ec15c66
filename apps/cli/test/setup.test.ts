import { allSubscriptions, topics } from '@closing-bell/contracts';
import { LocalPubSub } from '@closing-bell/local-pubsub';
import { connectPubSub } from '@closing-bell/messaging';
import { loadConfig } from '@closing-bell/platform';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnFakeGcs } from '../../../libs/storage/test/gcs/real-fake-gcs';
import { setup } from '../src/commands/setup';
import { writeRunFile } from '../src/run-file';
import { CommandError, type Terminal } from '../src/terminal';

const ALL = topics.length + allSubscriptions.length;
const TRAINER = 'trainer.features-computed';

interface JsonReport {
  readonly project: string;
  readonly dryRun: boolean;
  readonly resources: readonly { readonly kind: string; readonly name: string; readonly action: string }[];
  readonly deadLetterGrants: readonly string[];
}

describe('closing-bell setup', () => {
  let home: string;
  let server: LocalPubSub;
  let pubsub: ReturnType<typeof connectPubSub>;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'setup-'));
    server = await LocalPubSub.start();
    pubsub = connectPubSub({ projectId: 'closing-bell', emulatorHost: server.address });
  });
  afterEach(async () => {
    await pubsub.close();
    await server.stop();
    rmSync(home, { recursive: true });
  });

  const run = async (
    options: Parameters<typeof setup>[1] = {},
    variables: Readonly<Record<string, string>> = { PUBSUB_EMULATOR_HOST: server.address },
    connect?: typeof connectPubSub,
  ) => {
    let output = '';
    const environment = { CLOSING_BELL_HOME: home, ...variables };
    const terminal = {
      config: loadConfig(environment),
      environment,
      output: { write: (text: string) => (output += text) },
      clock: () => new Date(),
    } as unknown as Terminal;
    const code = await setup(terminal, options, connect);
    return { code, output, lines: output.trimEnd().split('\n') };
  };

  const refusing = async (): Promise<void> => {
    await run();
    await pubsub.subscription(TRAINER).delete();
    await pubsub.topic('features-computed').createSubscription(TRAINER, { enableMessageOrdering: false });
  };

  it('creates everything, and finds nothing to do the second time', async () => {
    const first = await run();
    expect(first.code).toBe(0);
    expect(first.lines[0]).toBe(
      `Project closing-bell: Pub/Sub at ${server.address}, objects in files: no bucket, warehouse in a file: no dataset`,
    );
    expect(first.lines).toContain('+ topic market-closed');
    expect(first.lines).toContain(
      `+ subscription ${TRAINER}  in order, 60 s to acknowledge, again after 1 s to 60 s, to dead-letters after 5 attempts`,
    );
    expect(first.lines.at(-1)).toBe(`${ALL} created.`);
    const second = await run();
    expect(second.code).toBe(0);
    expect(second.lines.slice(1)).toEqual([`= ${ALL} as they should be`, 'All is as it should be.']);
  });

  it('shows in a dry run what it would do, and changes nothing', async () => {
    const dry = await run({ dryRun: true });
    expect(dry.code).toBe(0);
    expect(dry.lines.at(-1)).toBe(`Nothing was changed. Without --dry-run: ${ALL} created.`);
    expect((await pubsub.getTopics())[0]).toEqual([]);
    expect((await run({ dryRun: true, detailedExitcode: true })).code).toBe(2);
    await run();
    const again = await run({ dryRun: true, detailedExitcode: true });
    expect([again.code, again.lines.at(-1)]).toEqual([0, 'All is as it should be.']);
  });

  it('finds a changed ack deadline and mends it', async () => {
    await run();
    await pubsub.subscription(TRAINER).setMetadata({ ackDeadlineSeconds: 10 });
    const change = `~ subscription ${TRAINER}  ackDeadlineSeconds: 10 → 60`;
    const kept = `= ${ALL - 1} as they should be`;
    expect((await run({ dryRun: true })).lines.slice(1)).toEqual([
      change,
      kept,
      'Nothing was changed. Without --dry-run: 1 changed.',
    ]);
    expect((await run()).lines.slice(1)).toEqual([change, kept, '1 changed.']);
    expect((await pubsub.subscription(TRAINER).getMetadata())[0].ackDeadlineSeconds).toBe(60);
  });

  it('does the rest where something is refused, says what to do, and ends with 1', async () => {
    await refusing();
    await pubsub.subscription('predictor.model-ready').delete();
    const { code, lines } = await run();
    expect(code).toBe(1);
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^\+ subscription predictor\.model-ready {2}/) as string,
      expect.stringMatching(
        /^✗ subscription trainer\.features-computed {2}enableMessageOrdering: false → true, .*\. Pub\/Sub cannot change this where it is: delete the subscription, by which its undelivered messages are lost, and run this again\./,
      ) as string,
      `= ${ALL - 2} as they should be`,
      '1 created. 1 is not as it should be.',
    ]);
    const dry = await run({ dryRun: true, detailedExitcode: true });
    expect([dry.code, dry.lines.at(-1)]).toEqual([1, 'Nothing was changed. 1 is not as it should be.']);
  });

  it('is harmless where two run at once', async () => {
    const both = await Promise.all([run(), run()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await run()).lines.at(-1)).toBe('All is as it should be.');
  });

  it('prints the plan as JSON and nothing else, with what became of it', async () => {
    const dry = JSON.parse((await run({ dryRun: true, json: true })).output) as JsonReport;
    expect(dry).toMatchObject({ project: 'closing-bell', dryRun: true, deadLetterGrants: [] });
    expect(dry.resources).toHaveLength(ALL);
    expect(dry.resources[0]).toEqual({ kind: 'topic', name: 'market-closed', action: 'create', details: [] });
    await refusing();
    const done = JSON.parse((await run({ json: true })).output) as JsonReport;
    expect(done.resources[0]).toEqual({ kind: 'topic', name: 'market-closed', action: 'keep', result: 'kept' });
    expect(done.resources.find(({ name }) => name === TRAINER)).toMatchObject({
      action: 'refuse',
      changes: expect.arrayContaining(['enableMessageOrdering: false → true']) as string[],
      advice: expect.any(String) as string,
      result: 'refused',
    });
  });

  it('sets up the server that `up` runs in the home where the environment names nothing', async () => {
    writeRunFile(home, { pid: process.pid, pubsub: server.address, services: {} });
    expect((await run({}, {})).lines.at(-1)).toBe(`${ALL} created.`);
  });

  it('asks nobody where nothing is configured, and says so in one line', async () => {
    const connect = () => {
      throw new Error('nobody should have connected');
    };
    const nothing = run({}, {}, connect);
    await expect(nothing).rejects.toThrow(CommandError);
    await expect(nothing).rejects.toThrow(
      /^there is nothing to set up: neither CLOSING_BELL_PROJECT .* nor PUBSUB_EMULATOR_HOST .*`closing-bell up` makes by itself what it needs\.$/,
    );
    const bucketOfNobody = { PUBSUB_EMULATOR_HOST: server.address, CLOSING_BELL_OBJECTS: 'gs://bucket' };
    await expect(run({}, bucketOfNobody, connect)).rejects.toThrow(
      /^CLOSING_BELL_PROJECT is not set: say which project/,
    );
  });

  it('tells once what many fail of, and ends with 1', async () => {
    await server.stop();
    const { code, lines } = await run();
    expect(code).toBe(1);
    expect(lines.slice(1)).toEqual([
      `✗ topic market-closed and ${ALL - 1} more: Pub/Sub does not answer at ${server.address}. Start it, or correct PUBSUB_EMULATOR_HOST.`,
      `${ALL} are not as they should be.`,
    ]);
  });

  describe('for Google, which the embedded server stands in for', () => {
    const asGoogle: typeof connectPubSub = ({ projectId, emulatorHost }) => {
      expect(emulatorHost).toBeUndefined();
      const client = connectPubSub({ projectId, emulatorHost: server.address });
      return Object.assign(client, { isEmulator: false, auth: { getClient: () => Promise.resolve() } });
    };
    const project = { CLOSING_BELL_PROJECT: 'my-project' };

    it('says what must be granted by hand for dead letters, and why', async () => {
      const { code, lines, output } = await run({}, project, asGoogle);
      expect(code).toBe(0);
      expect(lines[0]).toBe(
        'Project my-project: Pub/Sub at Google, objects in files: no bucket, warehouse in a file: no dataset',
      );
      expect(output).toContain('Pub/Sub moves messages to the dead letters as a service agent of its own.');
      expect(output).toMatch(
        /^ {2}gcloud pubsub topics add-iam-policy-binding dead-letters --project=my-project .*publisher$/m,
      );
      expect(output).toMatch(/^ {2}for subscription in ingestor\.market-closed .* monitor\.attempt-failed; do$/m);
      const json = JSON.parse((await run({ dryRun: true, json: true }, project, asGoogle)).output) as JsonReport;
      expect(json.deadLetterGrants).toHaveLength(6);
    });

    it('names the command that deletes a subscription which cannot be changed', async () => {
      await run({}, project, asGoogle);
      const there = connectPubSub({ projectId: 'my-project', emulatorHost: server.address });
      await there.subscription(TRAINER).delete();
      await there.topic('features-computed').createSubscription(TRAINER);
      await there.close();
      expect((await run({}, project, asGoogle)).output).toContain(
        `\`gcloud pubsub subscriptions delete ${TRAINER} --project=my-project\``,
      );
    });
  });

  describeOnFakeGcs('with objects on fake-gcs-server', (gcs) => {
    it('makes the bucket first, and keeps it the second time', async () => {
      const variables = {
        PUBSUB_EMULATOR_HOST: server.address,
        CLOSING_BELL_OBJECTS: 'gs://set-up-by-command/prefix',
        CLOSING_BELL_GCS_ENDPOINT: gcs.url,
        CLOSING_BELL_LOCATION: 'europe-west3',
      };
      const first = await run({}, variables);
      expect(first.lines[0]).toContain(`Cloud Storage at ${gcs.url}`);
      expect(first.lines[1]).toBe('+ bucket set-up-by-command  in europe-west3, access by roles alone, never public');
      expect(first.lines.at(-1)).toBe(`${ALL + 1} created.`);
      expect((await run({}, variables)).lines.at(-1)).toBe('All is as it should be.');
    });
  });
});
