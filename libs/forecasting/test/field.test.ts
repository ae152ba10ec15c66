import { Field, type FieldSettings, FORECASTER_NAMES, type ForecasterName, SEEDED_FORECASTERS } from '../src/field';
import { latestForecast } from '../src/forecaster';
import { type History, historyUntil } from '../src/history';
import { HistoryTooShortError } from '../src/history-too-short-error';
import { HORIZONS, QUANTILE_LEVELS } from '../src/horizons';
import { marketWithFeatures, smallSettings, watchedFit } from './backtest/fixtures/small-field';

const history = marketWithFeatures(620, 1);
const known = [historyUntil(history, 559)];

/** A field of small networks that writes down what it asks of the fit. */
async function fieldOf(histories: readonly History[], settings: Partial<FieldSettings> = {}) {
  const { fit, tasks } = await watchedFit();
  return { field: new Field(histories, { ...smallSettings(fit), seed: 1, ...settings }), tasks };
}

describe('the field of forecasters', () => {
  it.each(FORECASTER_NAMES)('fits %s, which forecasts under its own name', async (name) => {
    const { field } = await fieldOf(known);
    const forecaster = await field.fit(name);
    expect(forecaster.name).toBe(name);
    const answer = latestForecast(forecaster, history);
    if (answer.outcome !== 'forecast') throw new Error(answer.detail);
    expect(answer.quantiles).toHaveLength(HORIZONS);
    for (const quantiles of answer.quantiles) {
      expect(quantiles).toHaveLength(QUANTILE_LEVELS.length);
      expect(quantiles.every((value, at) => value >= (quantiles[at - 1] ?? -1) && value < 1)).toBe(true);
    }
  });

  it('fits what several share once, in whatever order and however close together they are asked for', async () => {
    const { field, tasks } = await fieldOf(known);
    await Promise.all([field.fit('blend'), field.fit('lstm-fhs'), field.fit('lstm')]);
    await field.fit('blend-raw');
    await field.fit('lstm');
    expect(tasks.map(({ head }) => head)).toEqual(['student-t']);
    await field.fit('literal-lstm');
    expect(tasks.map(({ head }) => head)).toEqual(['student-t', 'price']);
  });

  it('fits no network for those that need none', async () => {
    const { field, tasks } = await fieldOf(known);
    for (const name of FORECASTER_NAMES) if (!SEEDED_FORECASTERS.includes(name)) await field.fit(name);
    expect(tasks).toEqual([]);
  });

  it('gives two forecasters apart that draw from different seeds, and the same for the same', async () => {
    const answerOf = async (name: ForecasterName, seed: number) =>
      latestForecast(await (await fieldOf(known, { seed })).field.fit(name), history);
    for (const name of SEEDED_FORECASTERS) {
      const first = await answerOf(name, 1);
      expect(await answerOf(name, 1)).toEqual(first);
      expect(await answerOf(name, 2)).not.toEqual(first);
    }
  });

  it('blends three scales, and tracks the widths of the blend that is served alone', async () => {
    const { field } = await fieldOf(known);
    const [har, gjr, lstm, raw, blend] = await Promise.all(
      (['har-fhs', 'gjr-fhs', 'lstm-fhs', 'blend-raw', 'blend'] as const).map(async (name) => {
        const answer = latestForecast(await field.fit(name), history);
        if (answer.outcome !== 'forecast') throw new Error(answer.detail);
        return answer.quantiles[0] ?? new Float64Array();
      }),
    );
    raw?.forEach((quantile, at) => {
      expect(quantile).toBeCloseTo(((har?.[at] ?? NaN) + (gjr?.[at] ?? NaN) + (lstm?.[at] ?? NaN)) / 3, 13);
    });
    expect(blend).not.toEqual(raw);
    expect(blend?.[19]).toBe(raw?.[19]);
  });

  it.each([
    ['har-fhs', 'har', 200],
    ['gjr-fhs', 'gjr-garch', 200],
    ['lstm', 'lstm', 150],
    ['lstm-fhs', 'lstm', 150],
    ['blend-raw', 'har', 200],
    ['blend', 'har', 200],
    ['literal-lstm', 'literal-lstm', 200],
  ] as const)('rejects %s on a history too short for %s', async (name, learner, sessions) => {
    const { field, tasks } = await fieldOf([historyUntil(history, sessions - 1)]);
    const error = await field.fit(name).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HistoryTooShortError);
    expect(error).toMatchObject({ reason: 'history-too-short', learner });
    expect(tasks).toEqual([]);
  });

  it.each(['drift', 'ewma-fhs'] as const)(
    'lets %s, which learns nothing, abstain from a short history',
    async (name) => {
      const short = historyUntil(history, 99);
      const { field } = await fieldOf([short]);
      expect(latestForecast(await field.fit(name), short)).toMatchObject({ outcome: 'abstained', code: 'too-short' });
    },
  );

  it('ends with the reason of an abort, whichever forecaster of the network is asked for', async () => {
    const { field } = await fieldOf(known, { signal: AbortSignal.abort(new Error('draining')) });
    for (const name of SEEDED_FORECASTERS) await expect(field.fit(name)).rejects.toThrow('draining');
  });

  it('learns from many symbols at once', async () => {
    const { field, tasks } = await fieldOf([...known, historyUntil(marketWithFeatures(620, 2), 559)]);
    const answer = latestForecast(await field.fit('blend'), marketWithFeatures(620, 3));
    expect(answer.outcome).toBe('forecast');
    expect(tasks).toHaveLength(1);
    expect(tasks[0]?.inputs).toHaveLength(2 * 500 * 2);
  });
});
