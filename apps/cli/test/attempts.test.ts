import { openWarehouse } from '@closing-bell/warehouse';
import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from './system';

interface FailedAttempt {
  readonly attempt: number;
  readonly subscription: string;
  readonly subject: string;
  readonly session: string;
  readonly error: string;
  readonly correlation_id: string;
  readonly message_id: string;
  readonly started_at: string;
  readonly failed_at: string;
}

interface Event {
  readonly topic: string;
  readonly message_id: string;
  readonly correlation_id: string;
  readonly cause_attempt: number | null;
  readonly cause_started_at: string | null;
  readonly trace_id: string | null;
}

describe('attempts that fail, with five real processes', () => {
  let root: string;
  let system: System;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'closing-bell-attempts-'));
    system = new System(join(root, 'home'), { CLOSING_BELL_LSTM_UNITS: '4', CLOSING_BELL_LSTM_EPOCHS: '1' });
    await system.start();
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it('are recorded, and what is said at last tells which attempt it was', async () => {
    const objects = join(root, 'home/objects');
    if (existsSync(objects)) renameSync(objects, join(root, 'aside'));
    // A link to itself: whoever opens it is told of a fault that may pass.
    symlinkSync(objects, objects);
    const replayed = system.run('replay', '--from', '2020-03-16', '--to', '2020-03-16', '--json');
    await until(() => failuresIn(system.output) >= 2);
    rmSync(objects);
    expect(await replayed).toMatchObject({ code: 0 });
    expect(await system.stop()).toBe(0);

    const warehouse = await openWarehouse(`duckdb:${join(root, 'home/warehouse.duckdb')}`);
    const failed = await warehouse.query<FailedAttempt>('SELECT * FROM failed_attempts ORDER BY attempt');
    const events = await warehouse.query<Event>('SELECT * FROM events ORDER BY published_at');
    await warehouse.close();

    const [close, request, ingested] = events;
    expect([close?.topic, request?.topic, ingested?.topic]).toEqual([
      'market-closed',
      'ingestion-requested',
      'bars-ingested',
    ]);
    expect(failed.map(({ attempt }) => attempt)).toEqual([1, 2]);
    for (const attempt of failed) {
      expect(attempt).toMatchObject({
        subscription: 'ingestor.ingestion-requested',
        subject: '^GSPC',
        session: '2020-03-16',
        correlation_id: close?.message_id,
        message_id: request?.message_id,
        error: expect.stringMatching(/^StorageUnavailableError: [^\n]+$/) as unknown,
      });
      expect(Date.parse(attempt.failed_at)).toBeGreaterThanOrEqual(Date.parse(attempt.started_at));
    }
    expect([close?.cause_attempt, request?.cause_attempt, ingested?.cause_attempt]).toEqual([null, 1, 3]);
    expect(Date.parse(ingested?.cause_started_at ?? '')).toBeGreaterThan(Date.parse(failed[1]?.failed_at ?? ''));
    // One close, one trace: all its messages carry the id by which it is found.
    expect(close?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(events.map(({ trace_id }) => trace_id)).size).toBe(1);
  }, 120_000);
});

function failuresIn(log: string): number {
  return log.split('ingestion-requested ^GSPC failed and will be tried again').length - 1;
}

async function until(condition: () => boolean): Promise<void> {
  const limit = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > limit) throw new Error('waited for a minute');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
