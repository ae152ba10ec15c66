import { type Step } from '../../src/api/answers';
import { type CascadeRecord, type EventRow, stepsOf } from '../../src/api/cascade-steps';

const at = (second: number): string => `2020-03-16T20:01:${String(second).padStart(2, '0')}.000Z`;

function event(
  id: string,
  topic: string,
  cause: string | null,
  second: number,
  more: Partial<EventRow> = {},
): EventRow {
  return {
    ...{
      message_id: id,
      causation_id: cause,
      topic,
      trigger: null,
      symbol: cause === null ? null : 'AAPL',
      data: '{}',
    },
    ...{ published_at: at(second), cause_attempt: 1, cause_started_at: at(second - 1), trace_id: null },
    recorded_at: at(second + 1),
    ...more,
  };
}

const ordinary = { trigger: 'features-computed' };
const drift = { trigger: 'drift-detected' };
const CALM = [
  event('close', 'market-closed', null, 0, { data: '{"symbols":["AAPL"]}' }),
  event('request', 'ingestion-requested', 'close', 2),
  event('bars', 'bars-ingested', 'request', 6, { data: '{"rows":500,"source":"sample","repairs":2}' }),
  event('features', 'features-computed', 'bars', 9),
  event('model', 'model-ready', 'features', 12, ordinary),
  event('forecast', 'forecast-made', 'model', 15, { ...ordinary, data: '{"outcome":"forecast"}' }),
];
const ALARMED = [
  ...CALM,
  event('alarm', 'drift-detected', 'forecast', 18),
  event('model-2', 'model-ready', 'alarm', 21, drift),
  event('forecast-2', 'forecast-made', 'model-2', 24, { ...drift, data: '{"outcome":"forecast"}' }),
];

const stepsBy = (given: Partial<CascadeRecord>): Map<string, Step> =>
  new Map(
    stepsOf({ events: CALM, letters: [], failures: [], driftScores: 5, driftAlarms: 0, ...given }).map((step) => [
      step.name,
      step,
    ]),
  );
const statesOf = (given: Partial<CascadeRecord>): string[] => [...stepsBy(given).values()].map(({ state }) => state);

const FAILURE = {
  ...{ message_id: 'features', subscription: 'trainer.features-computed', attempt: 3, subject: 'AAPL' },
  ...{ error: 'The disk is full.', started_at: at(10), failed_at: at(11) },
};

describe('the steps of a cascade', () => {
  it('are all done, and what follows an alarm is skipped, where there is none', () => {
    expect(statesOf({})).toEqual([...Array<string>(6).fill('done'), 'skipped', 'skipped', 'done']);
  });

  it('are all done where an alarm led to a second forecast', () => {
    const steps = stepsBy({ events: ALARMED, driftAlarms: 1 });
    expect([...steps.values()].map(({ state }) => state)).toEqual(Array(9).fill('done'));
    expect(steps.get('record')).toMatchObject({ messageId: 'forecast-2', endedAt: at(25) });
    expect(steps.get('decide after drift')?.after).toEqual(['measure-drift']);
  });

  it('tell the wait from the work', () => {
    expect(stepsBy({}).get('fetch bars')).toMatchObject({
      ...{ messageId: 'request', publishedAt: at(2), startedAt: at(5), endedAt: at(6), waitedSeconds: 3, seconds: 1 },
      summary: '500 bars from sample, 2 repaired.',
    });
  });

  it('of release 0.1, which recorded no beginnings, have ends alone', () => {
    const old = CALM.map((one) => ({ ...one, cause_attempt: null, cause_started_at: null }));
    expect(stepsBy({ events: old }).get('decide')).toMatchObject({
      ...{ state: 'done', startedAt: null, endedAt: at(12), waitedSeconds: null, seconds: null, attempts: 1 },
    });
  });

  it('wait for the one that is at work', () => {
    expect(statesOf({ events: CALM.slice(0, 3), driftScores: 0 })).toEqual([
      ...['done', 'done', 'running', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting'],
    ]);
  });

  it('are tried again where an attempt failed, and say why', () => {
    const step = stepsBy({ events: CALM.slice(0, 4), driftScores: 0, failures: [FAILURE] }).get('decide');
    expect(step).toMatchObject({ state: 'retrying', attempts: 3, summary: 'The disk is full.', endedAt: null });
    expect(step?.failures).toEqual([{ attempt: 3, startedAt: at(10), endedAt: at(11), error: 'The disk is full.' }]);
  });

  it('are done where an attempt succeeded after those that failed', () => {
    expect(stepsBy({ failures: [FAILURE] }).get('decide')).toMatchObject({ state: 'done', attempts: 3 });
  });

  it('are failed where their message lies in the dead letters, and nothing comes after', () => {
    const letter = {
      ...{ id: 'letter', message_id: 'request', subscription: 'ingestor.ingestion-requested', subject: 'AAPL' },
      ...{ detail: 'No bars of it.', attempts: 10, published_at: at(30) },
    };
    const steps = stepsBy({ events: CALM.slice(0, 2), driftScores: 0, letters: [letter] });
    expect(steps.get('fetch bars')).toMatchObject({ state: 'failed', attempts: 10, deadLetterId: 'letter' });
    expect(steps.get('compute features')?.state).toBe('waiting');
  });

  it('end with an abstention, of which no drift is measured', () => {
    const events = [
      ...CALM.slice(0, 5),
      event('forecast', 'forecast-made', 'model', 15, { ...ordinary, data: '{"outcome":"abstained","abstention":"Too short."}' }), // prettier-ignore
    ];
    const steps = stepsBy({ events, driftScores: 0 });
    expect(steps.get('forecast')).toMatchObject({ state: 'abstained', summary: 'Too short.' });
    expect([...steps.values()].slice(5).map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped', 'done']);
  });

  it('go on while drift is seen to, though the first forecast is recorded', () => {
    expect(statesOf({ events: ALARMED.slice(0, 7), driftAlarms: 1 }).slice(5)).toEqual([
      ...['done', 'running', 'waiting', 'waiting'],
    ]);
  });
});
