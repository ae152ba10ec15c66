import { exportRows, openWarehouse, tables, views } from '@closing-bell/warehouse';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findEmulators, type RunningEmulators, startEmulators } from '../../../tools/emulators/emulators';
import { System } from './system';

const FROM = '2020-03-02';
const TO = '2020-03-13';
const SESSIONS = 10;
const SMALL = {
  CLOSING_BELL_LSTM_UNITS: '4',
  CLOSING_BELL_LSTM_EPOCHS: '1',
  CLOSING_BELL_RETRAIN_PAUSE_SESSIONS: '3',
};

type Tables = Record<string, Record<string, unknown>[]>;

async function exported(...address: Parameters<typeof openWarehouse>): Promise<Tables> {
  const warehouse = await openWarehouse(...address);
  try {
    const all: Tables = {};
    // A service that had to try again says so where it happened, not what it said at last.
    const { failedAttempts: _, ...recorded } = tables;
    for (const relation of [...Object.values(recorded), ...Object.values(views)]) {
      all[relation.name] = await exportRows(warehouse, relation);
    }
    return all;
  } finally {
    await warehouse.close();
  }
}

/** Names of messages and of contents. */
const HASH = /\b[0-9a-f]{32}(?:[0-9a-f]{32})?\b/g;

/** A row for a comparison: its text without where the objects lie and without hashes, and the hashes in their order. */
function comparable(row: Record<string, unknown>, objects: string): { text: string; hashes: string[] } {
  const whole = JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  const text = whole.replaceAll(objects, 'objects:/');
  return { text: text.replace(HASH, '#'), hashes: text.match(HASH) ?? [] };
}

/**
 * Expects two warehouses to hold the same rows. A reference is an address, and a message's id a hash of what it says: where objects
 * lie elsewhere, the ids of messages and the hashes of files that name them are other ones. So the roots are taken out, and each hash
 * of the one must stand for one of the other, in all tables alike.
 */
function expectSameRows(one: Tables, another: Tables, roots: { one: string; another: string }): void {
  const compared = (all: Tables, root: string) =>
    Object.entries(all).flatMap(([table, rows]) =>
      rows
        .map((row) => comparable(row, root))
        .map(({ text, hashes }) => ({ text: `${table} ${text}`, hashes }))
        .sort((a, b) => (a.text < b.text ? -1 : 1)),
    );
  const [mine, theirs] = [compared(one, roots.one), compared(another, roots.another)];
  expect(mine.map(({ text }) => text)).toEqual(theirs.map(({ text }) => text));
  const standsFor = new Map<string, string>();
  for (const [index, { text, hashes }] of mine.entries()) {
    for (const [position, hash] of hashes.entries()) {
      const counterpart = theirs[index]?.hashes[position] ?? '';
      expect([text, standsFor.get(hash) ?? counterpart]).toEqual([text, counterpart]);
      standsFor.set(hash, counterpart);
    }
  }
  expect(new Set(standsFor.values()).size).toBe(standsFor.size);
}

const found = findEmulators(join(__dirname, '../../..'));
const describeOnEmulators = 'programs' in found ? describe : describe.skip;
if ('missing' in found) {
  // Not by the console, which Jest does not show of a file that is skipped whole while others run.
  process.stderr.write(`Skipped: nothing runs on emulators alone, for there is not ${found.missing.join('; ')}\n`);
}

describeOnEmulators('the five real processes on emulators alone', () => {
  let root: string;
  let running: { stop(): Promise<unknown> }[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'closing-bell-emulators-'));
    running = [];
  });
  afterEach(async () => {
    for (const part of running.reverse()) await part.stop();
    rmSync(root, { recursive: true });
  });

  /** Starts a system in a home, replays the closes and stops it. */
  async function replayIn(home: string, environment: Readonly<Record<string, string>>): Promise<void> {
    const system = new System(home, { ...SMALL, ...environment });
    running.push(system);
    await system.start();
    const replayed = await system.run('replay', '--from', FROM, '--to', TO, '--json');
    expect([replayed.code, replayed.output]).toEqual([0, expect.stringContaining('"failures": []')]);
    expect(await system.stop()).toBe(0);
  }

  it('say the same of the same closes as an embedded home, row for row', async () => {
    if (!('programs' in found)) throw new Error('unreachable: there is no emulator to describe anything on');
    const emulators: RunningEmulators = await startEmulators(found.programs, { folder: join(root, 'mlflow') });
    running.push(emulators);
    const [there, here] = [join(root, 'there'), join(root, 'here')];
    const { environment } = emulators;
    const made = await new System(there, environment).run('setup');
    expect([made.code, made.output]).toEqual([0, expect.stringContaining('dataset closing_bell')]);
    await replayIn(there, environment);
    expect(existsSync(join(there, 'pubsub'))).toBe(false);
    expect(existsSync(join(there, 'objects'))).toBe(false);
    expect(existsSync(join(there, 'warehouse.duckdb'))).toBe(false);
    const told = await fetch(`${environment.MLFLOW_TRACKING_URI}/api/2.0/mlflow/registered-models/search`);
    expect(await told.json()).toMatchObject({ registered_models: [{ name: '^GSPC' }] });
    const ofEmulators = await exported(environment.CLOSING_BELL_WAREHOUSE ?? '', {
      bigQueryEndpoint: environment.CLOSING_BELL_BIGQUERY_ENDPOINT,
      bigQueryStorageEndpoint: environment.CLOSING_BELL_BIGQUERY_STORAGE_ENDPOINT,
    });

    await replayIn(here, {});
    const embedded = await exported(`duckdb:${join(here, 'warehouse.duckdb')}`);
    expect(embedded.bars).toHaveLength(SESSIONS);
    expect(embedded.forecasts?.length).toBeGreaterThanOrEqual(10 * SESSIONS);
    expect(embedded.outcomes?.length).toBeGreaterThanOrEqual((SESSIONS * (SESSIONS - 1)) / 2);
    expect(embedded.dead_letters).toEqual([]);
    const objects = { one: environment.CLOSING_BELL_OBJECTS ?? '', another: pathToFileURL(join(here, 'objects')).href };
    expectSameRows(ofEmulators, embedded, objects);
  }, 240_000);
});
