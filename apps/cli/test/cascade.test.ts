import { allSubscriptions, topics } from '@closing-bell/contracts';
import { connectPubSub } from '@closing-bell/messaging';
import { type Message, type PubSub } from '@google-cloud/pubsub';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CALENDAR, uniform, writeBars } from './random-bars';
import { objectsIn, warehouseIn } from './stored';
import { System } from './system';

const SYMBOLS = ['ALFA', 'BRAVO', 'CHARLIE'];
const FROM = '2020-03-09';
const CUT = '2020-03-16';
const TO = '2020-03-18';
/** The last session whose ten outcomes are in the files. */
const BACKTESTED_TO = '2020-03-17';

type Quantiles = readonly number[];

/** What a backtest's `served` says: the quantiles of the ten horizons by symbol and session. */
function servedIn(file: string): Record<string, Quantiles[]> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return Object.fromEntries(
    lines
      .map(
        (line) =>
          JSON.parse(line) as {
            symbol: string;
            session: string;
            forecaster: string;
            horizons: { quantiles: Quantiles }[];
          },
      )
      .filter(({ forecaster }) => forecaster === 'served')
      .map(({ symbol, session, horizons }) => [`${symbol} ${session}`, horizons.map(({ quantiles }) => quantiles)]),
  );
}

/** The last forecast of each close in the warehouse: that of the newest version. */
function lastForecasts(rows: readonly Record<string, unknown>[]): Record<string, Quantiles[]> {
  const forecasts: Record<string, Quantiles[]> = {};
  for (const row of rows.toSorted((a, b) => Number(a.model_version) - Number(b.model_version))) {
    const { symbol, origin_session, horizon, quantiles } = row as Record<string, string> & { quantiles: Quantiles };
    if (String(origin_session) > BACKTESTED_TO) continue;
    (forecasts[`${symbol} ${origin_session}`] ??= [])[Number(horizon) - 1] = quantiles;
  }
  return forecasts;
}

/** Publishes each message that passes once more, after a random pause: everything comes twice, mixed up among the symbols. */
async function echoEverything(
  pubsub: PubSub,
  seed: number,
): Promise<{ count: () => number; stop: () => Promise<void> }> {
  const random = uniform(seed);
  const echoed = new Set<string>();
  const streams = await Promise.all(
    topics
      .filter((topic) => topic !== 'dead-letters')
      .map(async (topic) => {
        const name = `test.echo.${topic}`;
        await pubsub.topic(topic).createSubscription(name, { enableMessageOrdering: true });
        const out = pubsub.topic(topic, { messageOrdering: true });
        const stream = pubsub.subscription(name);
        stream.on('error', () => undefined);
        stream.on('message', (message: Message) => {
          message.ack();
          const id = message.attributes['ce-id'] ?? '';
          if (echoed.has(id)) return;
          echoed.add(id);
          const { data, attributes, orderingKey } = message;
          setTimeout(() => {
            void out
              .publishMessage({ data, attributes, ...(orderingKey ? { orderingKey } : {}) })
              .catch(() => undefined);
          }, random() * 400);
        });
        return stream;
      }),
  );
  return {
    count: () => echoed.size,
    stop: async () => {
      await Promise.all(streams.map((stream) => stream.close()));
    },
  };
}

describe('the cascade, with five real processes', () => {
  let root: string;
  let running: System | undefined;
  const home = () => join(root, 'home');
  const environment = (bars: string) => ({
    CLOSING_BELL_MARKET_DATA: `csv:${bars}`,
    CLOSING_BELL_SYMBOLS: SYMBOLS.join(','),
    CLOSING_BELL_LSTM_UNITS: '4',
    CLOSING_BELL_LSTM_EPOCHS: '1',
    CLOSING_BELL_RETRAIN_PAUSE_SESSIONS: '3',
  });
  /** Starts the system on the one home; references hold absolute addresses, so every run has the same. */
  const start = async (bars: string): Promise<System> => {
    running = new System(home(), environment(bars));
    await running.start();
    return running;
  };
  /** Stops the system and puts its home aside under a name. */
  const putAside = async (name: string): Promise<string> => {
    expect(await running?.stop()).toBe(0);
    const aside = join(root, name);
    renameSync(home(), aside);
    return aside;
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'closing-bell-cascade-'));
    mkdirSync(join(root, 'bars'));
    mkdirSync(join(root, 'poisoned'));
    SYMBOLS.forEach((symbol, index) => {
      writeBars(join(root, 'bars'), symbol, index + 1);
      writeBars(join(root, 'poisoned'), symbol, index + 1, CUT);
    });
  });
  afterEach(() => running?.stop());
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  let plain: string;

  it('turns past closes into forecasts, decisions, outcomes and drift; the same replay again changes nothing', async () => {
    const system = await start(join(root, 'bars'));
    const first = await system.run('replay', '--from', FROM, '--to', TO, '--json');
    expect([first.code, first.output]).toEqual([0, expect.stringContaining('"failures": []')]);
    const objects = objectsIn(home());
    const again = await system.run('replay', '--from', FROM, '--to', TO, '--json');
    expect(again.code).toBe(0);
    expect(objectsIn(home())).toEqual(objects);

    const status = await system.run('status', '--json');
    const { sessions } = JSON.parse(status.output) as {
      sessions: { session: string; forecasts: number; failed: number }[];
    };
    expect(sessions).toHaveLength(8);
    for (const { forecasts, failed } of sessions) expect([forecasts, failed]).toEqual([3, 0]);
    const forecast = await system.run('forecast', 'ALFA');
    expect(forecast.output).toContain(`ALFA after the close of ${TO}`);
    expect(forecast.output).toContain(CALENDAR.sessionsAfter(TO, 10)[9]);

    const backtested = join(root, 'backtested.jsonl');
    const span = ['--from', FROM, '--to', BACKTESTED_TO, '--forecasters', 'served', '--forecasts', backtested];
    expect(await system.run('backtest', ...span)).toMatchObject({ code: 0 });

    plain = await putAside('plain');
    const exported = await warehouseIn(plain);
    expect(Object.keys(servedIn(backtested))).toHaveLength(3 * 7);
    expect(servedIn(backtested)).toEqual(lastForecasts(exported.forecasts ?? []));
    expect(exported.bars).toHaveLength(3 * 8);
    expect(exported.dead_letters).toEqual([]);
    // A horizon matures where its session lies within the span: 7 + 6 + … + 1 for each symbol and model version.
    expect(exported.outcomes?.length).toBeGreaterThanOrEqual(3 * 28);
    expect(exported.drift_scores?.some(({ alarmed }) => alarmed === true)).toBe(true);
    expect(exported.model_decisions?.some(({ trigger }) => trigger === 'drift-detected')).toBe(true);
  }, 240_000);

  it('ends byte-identical when every message comes twice, mixed up, and processes are killed in between', async () => {
    const system = await start(join(root, 'bars'));
    const pubsub = connectPubSub({ projectId: 'closing-bell', emulatorHost: system.addresses().pubsub });
    const echo = await echoEverything(pubsub, 7);
    const replayed = system.run('replay', '--from', FROM, '--to', TO, '--json');
    const victims = ['monitor', 'trainer', 'ingestor', 'predictor', 'feature-service', 'local-pubsub'];
    const killing = (async () => {
      for (const victim of victims) {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        kill(victim, home());
      }
    })();
    await killing;
    expect(await replayed).toMatchObject({ code: 0, output: expect.stringContaining('"failures": []') as unknown });
    await drained(pubsub, echo.count);
    await echo.stop();
    await pubsub.close();
    expect(system.output).toContain('starting it again');

    const disturbed = await putAside('disturbed');
    expect(objectsIn(disturbed)).toEqual(objectsIn(plain));
    expect(await warehouseIn(disturbed)).toEqual(await warehouseIn(plain));
  }, 360_000);

  it('says and decides nothing else when all bars after a session are other ones', async () => {
    // A snapshot names the file that its bars came from, so the other bars lie at the same place.
    renameSync(join(root, 'bars'), join(root, 'true-bars'));
    renameSync(join(root, 'poisoned'), join(root, 'bars'));
    const system = await start(join(root, 'bars'));
    expect(await system.run('replay', '--from', FROM, '--to', CUT, '--json')).toMatchObject({ code: 0 });
    const poisoned = await putAside('poisoned-home');
    const all = objectsIn(plain);
    const known = objectsIn(poisoned);
    // The registry's indexes grow with later decisions; what they said by then is in the decisions' own records.
    const immutable = Object.entries(known).filter(([path]) => !path.endsWith('index.json'));
    expect(immutable.length).toBeGreaterThan(50);
    for (const [path, sha256] of immutable) expect([path, all[path]]).toEqual([path, sha256]);

    const [before, after] = [await warehouseIn(plain), await warehouseIn(poisoned)];
    for (const table of ['bars', 'model_decisions', 'drift_scores']) {
      expect(after[table]).toEqual(before[table]?.filter(({ session }) => String(session) <= CUT));
    }
    expect(after.forecasts).toEqual(before.forecasts?.filter(({ origin_session }) => String(origin_session) <= CUT));
    expect(after.outcomes).toEqual(before.outcomes?.filter(({ target_session }) => String(target_session) <= CUT));
  }, 240_000);

  it('gives every bad case a clear outcome, and a replay mends what failed', async () => {
    const bars = join(root, 'mixed');
    mkdirSync(bars);
    writeBars(bars, 'ALFA', 1);
    writeFileSync(join(bars, 'BROKEN.csv'), 'date,open,high,low,close,volume\n');
    const header = 'date,open,high,low,close,volume\n';
    const short = readFileSync(join(bars, 'ALFA.csv'), 'utf8')
      .split('\n')
      .filter((line) => line >= '2020-02-03' && line < '2020-03-17');
    writeFileSync(join(bars, 'SHORT.csv'), header + short.join('\n'));
    const system = await start(bars);
    const replayed = await system.run(
      'replay',
      '--from',
      CUT,
      '--to',
      CUT,
      '--symbols',
      'ALFA,BROKEN,SHORT,NOWHERE',
      '--json',
    );
    expect(replayed.code).toBe(1);
    const { failures } = JSON.parse(replayed.output) as { failures: { symbol: string; detail: string }[] };
    expect(failures.map(({ symbol }) => symbol).sort()).toEqual(['BROKEN', 'NOWHERE']);
    expect(failures.find(({ symbol }) => symbol === 'NOWHERE')?.detail).toContain('No bars of "NOWHERE"');

    const { output } = await system.run('status', '--json');
    const status = JSON.parse(output) as { sessions: object[]; deadLetters: { id: string; subject: string }[] };
    expect(status.sessions[0]).toMatchObject({ symbols: 4, forecasts: 1, abstained: 1, failed: 2 });

    expect((await system.run('replay', '--from', '2020-07-03', '--to', '2020-07-05')).output).toContain(
      'no session of XNYS',
    );

    writeBars(bars, 'BROKEN', 9);
    const letter = status.deadLetters.find(({ subject }) => subject === 'BROKEN');
    expect((await system.run('dead-letters', 'show', letter?.id ?? '')).output).toContain('"symbol":"BROKEN"');
    expect(await system.run('dead-letters', 'redrive', letter?.id ?? '')).toMatchObject({ code: 0 });
    expect(
      await system.run('replay', '--from', CUT, '--to', CUT, '--symbols', 'ALFA,BROKEN,SHORT', '--json'),
    ).toMatchObject({ code: 0 });
    const unknown = await system.run('forecast', 'SHORT');
    expect([unknown.code, unknown.output]).toEqual([
      1,
      expect.stringContaining(
        `no forecast of SHORT from ${CUT}: the forecaster abstained (too-short). The history is too short`,
      ),
    ]);
  }, 240_000);
});

/** SIGKILLs the process of a service, or the server, of this home. */
function kill(name: string, home: string): void {
  const script = name === 'local-pubsub' ? `libs/${name}/src/main.js` : `apps/${name}/src/main.js`;
  for (const line of execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n')) {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    const pid = Number(match?.[1]);
    if (!match?.[2]?.includes(script) || !environmentOf(pid).includes(home)) continue;
    process.kill(pid, 'SIGKILL');
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Resolves when no message has been echoed for a while and none waits: the system is at rest. */
async function drained(pubsub: PubSub, count: () => number): Promise<void> {
  expect(allSubscriptions.length).toBeGreaterThan(0);
  let last = -1;
  const limit = Date.now() + 120_000;
  while (count() !== last) {
    if (Date.now() > limit) throw new Error('the echo did not come to rest');
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 5000));
  }
}
