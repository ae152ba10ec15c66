import type { Step } from '../../../../apps/monitor/src/api/answers';
import { spanOf, timeline } from '../../../src/views/sessions/timeline';

function step(id: string, changes: Partial<Step>): Step {
  return {
    id,
    name: id,
    service: 'trainer',
    subscription: 'trainer.features-computed',
    messageId: null,
    after: [],
    state: 'done',
    publishedAt: null,
    startedAt: null,
    endedAt: null,
    waitedSeconds: null,
    seconds: null,
    attempts: 1,
    failures: [],
    summary: '',
    deadLetterId: null,
    ...changes,
  };
}

const at = (second: number): string => new Date(Date.UTC(2020, 3, 17, 20, 0, second)).toISOString();

describe('the timeline of a cascade', () => {
  it('draws waiting, failed attempts and work in shares of the whole, in the order in which steps began', () => {
    const failure = { attempt: 1, startedAt: at(4), endedAt: at(5), error: 'away' };
    const steps = [
      step('late', { publishedAt: at(2), startedAt: at(6), endedAt: at(10), failures: [failure] }),
      step('early', { publishedAt: at(0), startedAt: at(1), endedAt: at(2) }),
    ];
    expect(timeline(steps, spanOf(steps))).toMatchObject([
      { step: { id: 'early' }, wait: { left: '0%', width: '10%' }, work: { left: '10%', width: '10%' }, failures: [] },
      {
        step: { id: 'late' },
        wait: { left: '20%', width: '40%' },
        work: { left: '60%', width: '40%' },
        failures: [{ left: '40%', width: '10%' }],
      },
    ]);
  });

  it('lets what still goes on reach to the end, and draws nothing of what is awaited', () => {
    const steps = [
      step('done', { publishedAt: at(0), startedAt: at(0), endedAt: at(4) }),
      step('awaited', { state: 'waiting' }),
      step('running', { state: 'running', publishedAt: at(1), startedAt: at(2) }),
    ];
    const rows = timeline(steps, spanOf(steps));
    expect(rows.map((row) => row.step.id)).toEqual(['done', 'running', 'awaited']);
    expect(rows[1]?.work).toEqual({ left: '50%', width: '50%' });
    expect([rows[2]?.wait, rows[2]?.work]).toEqual([undefined, undefined]);
  });
});
