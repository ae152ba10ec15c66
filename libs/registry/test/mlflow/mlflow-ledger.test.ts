import { MlflowClient } from '../../src/mlflow/mlflow-client';
import { MlflowConnection } from '../../src/mlflow/mlflow-connection';
import { MlflowLedger } from '../../src/mlflow/mlflow-ledger';
import { type StubAnswer, type StubRequest, StubServer } from './stub-server';

interface Point {
  readonly key: string;
  readonly step: number;
}

/** Answers as MLflow does about metrics, and loses the answers to some of the batches that it stores. */
class Metrics {
  readonly stored: Point[] = [];
  private batches = 0;

  constructor(
    private readonly lost: readonly number[],
    private readonly isStored = true,
  ) {}

  answer({ method, url, body }: StubRequest): StubAnswer | 'cut' {
    if (url.includes('runs/get')) {
      const metrics = this.stored.map(({ key }) => ({ key, value: 1 }));
      return { body: { run: { info: { run_id: 'run', experiment_id: '1' }, data: { metrics } } } };
    }
    if (method === 'GET') {
      const query = new URL(url, 'http://stub').searchParams;
      const all = this.stored.filter(({ key }) => key === query.get('metric_key'));
      const from = Number(query.get('page_token') ?? 0);
      const rest = from + 2 < all.length ? { next_page_token: String(from + 2) } : {};
      return { body: { metrics: all.slice(from, from + 2), ...rest } };
    }
    const isLost = this.lost.includes(this.batches++);
    if (!isLost || this.isStored) this.stored.push(...(JSON.parse(body.toString()) as { metrics: Point[] }).metrics);
    return isLost ? 'cut' : { body: {} };
  }
}

const SERIES = {
  loss: [0, 1, 2, 3, 4].map((step) => ({ step, value: 1 / (step + 1), timestamp: 1000 + step })),
  crps: [{ step: 0, value: 2, timestamp: 1000 }],
};

describe('the ledger', () => {
  const stub = new StubServer();
  const waiting = { random: () => 0, sleep: async () => undefined };
  let ledger: MlflowLedger;

  beforeAll(async () => {
    await stub.start();
    ledger = new MlflowLedger(
      new MlflowClient(new MlflowConnection({ url: stub.url }, { fetch, ...waiting })),
      waiting,
    );
  });
  afterAll(() => stub.stop());

  const stepsOf = (metrics: Metrics): string[] => metrics.stored.map(({ key, step }) => `${key} ${step}`).sort();
  const EVERY_STEP = ['crps 0', 'loss 0', 'loss 1', 'loss 2', 'loss 3', 'loss 4'];

  it.each([
    ['no answer is lost', new Metrics([])],
    ['the answer is lost after the batch was stored', new Metrics([0])],
    ['the answer is lost before the batch was stored', new Metrics([0], false)],
    ['answers are lost again and again', new Metrics([0, 1], false)],
  ])('has each point once where %s', async (_, metrics) => {
    stub.answer((request) => metrics.answer(request));
    await ledger.logSeries('run', SERIES);
    expect(stepsOf(metrics)).toEqual(EVERY_STEP);
    await ledger.logSeries('run', SERIES);
    expect(stepsOf(metrics)).toEqual(EVERY_STEP);
  });

  it('sends only the steps that are missing, and no batch where none is', async () => {
    const metrics = new Metrics([]);
    metrics.stored.push({ key: 'loss', step: 1 }, { key: 'loss', step: 3 }, { key: 'crps', step: 0 });
    stub.answer((request) => metrics.answer(request));
    await ledger.logSeries('run', SERIES);
    expect(stepsOf(metrics)).toEqual(EVERY_STEP);
    stub.answer((request) => metrics.answer(request));
    await ledger.logSeries('run', SERIES);
    expect(stub.requests.map(({ method }) => method)).not.toContain('POST');
  });

  it('reads no history of a metric that has no point', async () => {
    const metrics = new Metrics([]);
    metrics.stored.push({ key: 'crps', step: 0 });
    stub.answer((request) => metrics.answer(request));
    await ledger.logSeries('run', SERIES);
    const histories = stub.requests.filter(({ url }) => url.includes('get-history'));
    expect(histories.map(({ url }) => new URL(url, 'http://stub').searchParams.get('metric_key'))).toEqual(['crps']);
  });

  it('logs a step once that it is given twice', async () => {
    const metrics = new Metrics([]);
    stub.answer((request) => metrics.answer(request));
    await ledger.logSeries('run', { crps: [...SERIES.crps, ...SERIES.crps] });
    expect(stepsOf(metrics)).toEqual(['crps 0']);
  });

  it('takes the oldest of two runs that were made for the same, whichever MLflow names first', async () => {
    const run = (id: string, start: number): object => ({
      info: { run_id: id, experiment_id: '1', start_time: String(start), status: 'RUNNING' },
    });
    for (const runs of [
      [run('c', 5), run('b', 3), run('a', 9)],
      [run('b', 3), run('c', 3)],
    ]) {
      stub.answer(() => ({ body: { runs } }));
      expect(await ledger.ensureRun('1', { identity: 'x', name: 'x', startTime: 3 })).toMatchObject({
        id: 'b',
        startTime: 3,
      });
    }
  });

  it('takes another writer’s run that turns out to be older than its own', async () => {
    const run = (id: string): object => ({ info: { run_id: id, experiment_id: '1', start_time: 3 } });
    stub.answerInTurn({ body: {} }, { body: { run: run('z') } }, { body: { runs: [run('z'), run('y')] } });
    expect(await ledger.ensureRun('1', { identity: 'x', name: 'x', startTime: 3 })).toMatchObject({ id: 'y' });
  });

  it('looks for a run before it makes it again, where no answer to making it came', async () => {
    const run = { info: { run_id: 'a', experiment_id: '1', start_time: 3 } };
    stub.answerInTurn({ body: {} }, 'cut', { body: { runs: [run] } });
    expect(await ledger.ensureRun('1', { identity: 'x', name: 'x', startTime: 3 })).toMatchObject({ id: 'a' });
    expect(stub.requests.map(({ url }) => url.split('/').at(-1))).toEqual(['search', 'create', 'search']);
  });

  it('says how to restore an experiment that was deleted', async () => {
    stub.answerInTurn({ body: { experiment: { experiment_id: '7', name: 'x', lifecycle_stage: 'deleted' } } });
    await expect(ledger.ensureExperiment('x')).rejects.toMatchObject({
      reason: 'deleted-experiment',
      message: expect.stringContaining('--experiment-id 7') as string,
    });
  });
});
