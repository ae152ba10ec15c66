import { type BacktestProgress, type BacktestRequest, runBacktest } from '../../src/backtest/run-backtest';
import { type ScoredOrigins } from '../../src/evaluation/evaluate';
import { HistoryTooShortError } from '../../src/history-too-short-error';
import { type History, historyUntil } from '../../src/history';
import { type FitNetwork } from '../../src/lstm/fit/fit';
import { RandomSource } from '../../src/random';
import { session } from '../fixtures/histories';
import { poisonedAfter, simulatedMarket } from '../volatility/fixtures/stochastic-volatility';
import { bytesOf, marketWithFeatures, smallSettings, watchedFit } from './fixtures/small-field';

const FIRST_REFIT = 460;
const SECOND_REFIT = 500;
const FIRST_ORIGIN = 490;
const LAST_ORIGIN = 509;
const market = marketWithFeatures(560, 1);
const named = { symbol: 'A', history: market };

/** A backtest of ten origins before the second of two refits and ten from it on; what it asked of the fit is written down. */
async function backtest(request: Partial<BacktestRequest>) {
  const { fit, tasks } = await watchedFit();
  const scored = runBacktest({
    forecasters: ['lstm'],
    tested: [named],
    learntFrom: [named],
    from: session(FIRST_ORIGIN),
    to: session(LAST_ORIGIN),
    refits: [session(FIRST_REFIT), session(SECOND_REFIT)],
    seeds: [1],
    settings: smallSettings(fit),
    ...request,
  });
  return { scored: await scored, tasks };
}

const namesOf = ({ field }: ScoredOrigins): string[] => field.map(({ forecaster }) => forecaster);

function crpsOf({ field }: ScoredOrigins, name: string): Float64Array {
  const entry = field.find(({ forecaster }) => forecaster === name);
  if (!entry) throw new Error(`${name} is not in the field`);
  return entry.sheet.crps;
}

/** The history with other prices and features after a row. */
function otherAfter(history: History, last: number): History {
  const { bars, features } = poisonedAfter(history, last);
  const columns = Object.entries(features.columns).map(
    ([name, column]) => [name, column.map((value, row) => (row > last ? 7 : value))] as const,
  );
  return { bars, features: { ...features, columns: Object.fromEntries(columns) } };
}

describe('a backtest', () => {
  it('scores the entrants beside the baselines from the first to the last origin', async () => {
    const { scored } = await backtest({ forecasters: ['ewma-fhs', 'har-fhs'] });
    expect(namesOf(scored)).toEqual(['naive', 'rolling-quantile-250', 'ewma-fhs', 'har-fhs']);
    expect([scored.sessions[0], scored.sessions.at(-1), scored.rows]).toEqual([
      session(FIRST_ORIGIN),
      session(LAST_ORIGIN),
      20,
    ]);
    expect(scored.field.map(({ abstentions }) => abstentions)).toEqual([{}, {}, {}, {}]);
  });

  it('enters a forecaster that draws random numbers once a seed, and another once', async () => {
    const { scored, tasks } = await backtest({ forecasters: ['lstm', 'har-fhs', 'lstm-fhs'], seeds: [1, 2] });
    expect(namesOf(scored).slice(2)).toEqual(['lstm#1', 'lstm#2', 'har-fhs', 'lstm-fhs#1', 'lstm-fhs#2']);
    expect(crpsOf(scored, 'lstm#1')).not.toEqual(crpsOf(scored, 'lstm#2'));
    // One network a seed and refit, whatever shares it.
    expect(tasks.map(({ seed }) => seed).sort()).toEqual([1, 1, 2, 2]);
  });

  it('gives the same scores again', async () => {
    const once = async () => (await backtest({ forecasters: ['lstm-fhs'], refits: [session(FIRST_REFIT)] })).scored;
    const first = crpsOf(await once(), 'lstm-fhs#1');
    expect(crpsOf(await once(), 'lstm-fhs#1')).toEqual(first);
    expect(first.every((loss) => loss > 0)).toBe(true);
  });

  it('lets a fit see nothing after its day', async () => {
    const fitsOf = async (history: History) =>
      bytesOf((await backtest({ learntFrom: [{ symbol: 'A', history }] })).tasks);
    const [first, second] = await fitsOf(market);
    expect(first).not.toEqual(second);
    expect(await fitsOf(otherAfter(market, SECOND_REFIT))).toEqual([first, second]);
    const [early, late] = await fitsOf(otherAfter(market, SECOND_REFIT - 1));
    expect(early).toEqual(first);
    expect(late).not.toEqual(second);
  });

  it.each(['har-fhs', 'gjr-fhs', 'blend', 'literal-lstm'] as const)(
    'answers with %s each origin by the latest fit before or at it',
    async (name) => {
      const learningFrom = async (history: History) => {
        const { scored } = await backtest({ forecasters: [name], learntFrom: [{ symbol: 'A', history }] });
        return crpsOf(scored, scored.field.at(-1)?.forecaster ?? '');
      };
      const crps = await learningFrom(market);
      const onSecond = await learningFrom(otherAfter(market, SECOND_REFIT - 5));
      const ofSecond = (SECOND_REFIT - FIRST_ORIGIN) * 10;
      expect(onSecond.subarray(0, ofSecond)).toEqual(crps.subarray(0, ofSecond));
      expect(onSecond.subarray(ofSecond, ofSecond + 10)).not.toEqual(crps.subarray(ofSecond, ofSecond + 10));
      expect(await learningFrom(otherAfter(market, SECOND_REFIT))).toEqual(crps);
    },
  );

  it('learns at a refit on no session from what was known at the last one before', async () => {
    const sparse = { bars: market.bars.filter((_, row) => row !== 499 && row !== 500), features: market.features };
    const { tasks: between } = await backtest({
      forecasters: ['lstm'],
      learntFrom: [{ symbol: 'A', history: { ...sparse, features: rowsOf(market, sparse.bars) } }],
    });
    const { tasks: until } = await backtest({
      forecasters: ['lstm'],
      learntFrom: [{ symbol: 'A', history: historyUntil(market, 498) }],
    });
    expect(bytesOf(between)[1]).toBe(bytesOf(until)[1]);
    expect(bytesOf(between)[1]).not.toBe(bytesOf(between)[0]);
  });

  it('forecasts a symbol that was never learnt from', async () => {
    const { scored, tasks } = await backtest({
      forecasters: ['blend'],
      tested: [named, { symbol: 'B', history: marketWithFeatures(560, 2) }],
      learntFrom: [{ symbol: 'C', history: marketWithFeatures(560, 3) }],
    });
    expect(scored.symbols).toEqual(['A', 'B']);
    expect(scored.rows).toBe(40);
    expect(scored.field.at(-1)).toMatchObject({ forecaster: 'blend#1', abstentions: {} });
    expect(tasks[0]?.inputs).toHaveLength((FIRST_REFIT + 1) * 2);
  });

  it('does without a symbol that is not listed yet', async () => {
    const unlisted = { bars: market.bars.slice(480), features: rowsOf(market, market.bars.slice(480)) };
    const { tasks } = await backtest({ learntFrom: [named, { symbol: 'late', history: unlisted }] });
    const { tasks: alone } = await backtest({});
    expect(bytesOf(tasks)[0]).toBe(bytesOf(alone)[0]);
    expect(tasks[1]?.inputs.length).toBeGreaterThan(alone[1]?.inputs.length ?? NaN);
  });

  it('tells of every fit and every answer until all are counted', async () => {
    const told: BacktestProgress[] = [];
    await backtest({
      forecasters: ['har-fhs', 'lstm'],
      seeds: [1, 2],
      tested: [named, { symbol: 'B', history: marketWithFeatures(560, 2) }],
      onProgress: (progress) => told.push(progress),
    });
    const counts = (phase: BacktestProgress['phase']) =>
      told.flatMap((progress) => (progress.phase === phase ? [[progress.done, progress.total]] : []));
    // Three entrants at two refits; five forecasters with the baselines on two symbols.
    expect(counts('fitting')).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
    expect(counts('forecasting')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((done) => [done, 10]));
    const fitted = told.flatMap((progress) => (progress.phase === 'fitting' ? [progress.forecaster] : []));
    expect(fitted.sort()).toEqual(['har-fhs', 'har-fhs', 'lstm#1', 'lstm#1', 'lstm#2', 'lstm#2']);
  });

  it('ends with the reason of an abort before, while fitting and while forecasting', async () => {
    const reason = new Error('draining');
    await expect(backtest({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const phase of ['fitting', 'forecasting']) {
      const controller = new AbortController();
      const told: string[] = [];
      const onProgress = (progress: BacktestProgress): void => {
        told.push(progress.phase);
        if (progress.phase === phase) controller.abort(reason);
      };
      await expect(backtest({ forecasters: ['har-fhs'], signal: controller.signal, onProgress })).rejects.toBe(reason);
      expect(told.filter((one) => one === 'forecasting')).toHaveLength(phase === 'forecasting' ? 1 : 0);
    }
  });

  /** A fit that ends only when it is aborted, with the signal's reason. */
  const endless: FitNetwork = (_, { signal }) =>
    new Promise((_resolve, reject) => {
      const end = (): void => reject(signal?.reason as Error);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end);
    });

  it('ends the fits of networks when it is aborted', async () => {
    const controller = new AbortController();
    const running = backtest({ settings: smallSettings(endless), signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('ends the other fits when one fails', async () => {
    const ended: unknown[] = [];
    let fits = 0;
    const fit: FitNetwork = (task, observer) => {
      if (++fits === 2) return Promise.reject(new Error('the fit failed'));
      return endless(task, observer).catch((error: unknown) => {
        ended.push(error);
        throw error;
      });
    };
    await expect(backtest({ settings: smallSettings(fit) })).rejects.toThrow('the fit failed');
    await new Promise(setImmediate);
    expect(fits).toBeGreaterThan(1);
    expect(ended).toEqual(new Array(fits - 1).fill(new Error('the fit failed')));
  });

  it('rejects where there is too little to learn from', async () => {
    const failure = backtest({ forecasters: ['har-fhs'], refits: [session(300)] });
    await expect(failure).rejects.toThrow(HistoryTooShortError);
    await expect(failure).rejects.toMatchObject({ learner: 'har', needed: 250 });
    await expect(backtest({ forecasters: ['gjr-fhs'], learntFrom: [] })).rejects.toThrow(HistoryTooShortError);
  });
});

describe('a backtest of returns that were shuffled in time', () => {
  it('finds a blend no better or worse than three in a hundred of what knows no volatility to come', async () => {
    const { history } = simulatedMarket(1500, 21);
    const order = new RandomSource(22).shuffled(history.bars.slice(1).map((_, index) => index + 1));
    const random = new RandomSource(23);
    let close = 100;
    // Each session with its own open, high and low around its return, in another order.
    const bars = history.bars.map((bar, row) => {
      const source = history.bars[order[row - 1] ?? 0] ?? bar;
      const scale = close / source.open;
      close = source.close * scale;
      return { ...bar, open: source.open * scale, high: source.high * scale, low: source.low * scale, close };
    });
    const noise = (): Float64Array => Float64Array.from(bars, () => random.normal());
    const shuffled: History = { bars, features: { ...history.features, columns: { a: noise(), b: noise() } } };
    const { scored } = await backtest({
      forecasters: ['ewma-fhs', 'blend'],
      tested: [{ symbol: 'shuffled', history: shuffled }],
      learntFrom: [{ symbol: 'shuffled', history: shuffled }],
      from: session(900),
      to: session(1299),
      refits: [session(899)],
    });
    const mean = (name: string): number => {
      const crps = crpsOf(scored, name).subarray(0, scored.rows * 10);
      return crps.reduce((sum, value) => sum + value, 0) / crps.length;
    };
    expect(scored.rows).toBe(400);
    expect(Math.abs(1 - mean('blend#1') / mean('rolling-quantile-250'))).toBeLessThan(0.03);
    expect(Math.abs(1 - mean('blend#1') / mean('ewma-fhs'))).toBeLessThan(0.03);
  });
});

/** The rows of a history's features at the sessions of bars. */
function rowsOf({ features }: History, bars: History['bars']): History['features'] {
  const kept = new Set(bars.map((bar) => bar.session));
  const rows = features.sessions.flatMap((one, row) => (kept.has(one) ? [row] : []));
  return {
    sessions: rows.map((row) => features.sessions[row] ?? ''),
    columns: Object.fromEntries(
      Object.entries(features.columns).map(([name, column]) => [
        name,
        Float64Array.from(rows, (row) => column[row] ?? NaN),
      ]),
    ),
  };
}
