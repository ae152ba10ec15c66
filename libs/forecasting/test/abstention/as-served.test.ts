import { calendarOf } from '@closing-bell/market';
import { asServed } from '../../src/abstention/as-served';
import { type Abstention, type Forecaster, latestForecast } from '../../src/forecaster';
import { type History, historyUntil } from '../../src/history';
import { forecasterOf, studentTForecast } from '../fixtures/forecasters';
import { noiseHistory } from '../fixtures/histories';

const calendar = calendarOf('XNYS');
const OUTSIDE: Abstention = { outcome: 'abstained', code: 'out-of-domain', detail: 'far out' };

/** A history that trades until a row and then stands still without a trade. */
function haltedAt(row: number): History {
  const history = noiseHistory(100, 1);
  const close = history.bars[row]?.close ?? NaN;
  const halted = { open: close, high: close, low: close, close, volume: 0 };
  return { ...history, bars: history.bars.map((bar, index) => (index > row ? { ...bar, ...halted } : bar)) };
}

/** Answers with the origin, and is outside its domain at the rows given; tells what it was asked. */
function forecaster(...outside: readonly number[]): { asked: number[][]; inner: Forecaster } {
  const asked: number[][] = [];
  const answering = forecasterOf('inner', (_, origin) => studentTForecast(0.01, origin));
  const inner: Forecaster = {
    name: 'inner',
    forecasts: (history, origins) => {
      asked.push([...origins]);
      return answering.forecasts(history, origins);
    },
    outsideDomain: (_, origins) => origins.map((origin) => (outside.includes(origin) ? OUTSIDE : undefined)),
  };
  return { asked, inner };
}

describe('a forecaster as it is served', () => {
  it('abstains where the bars are stale or its features outside, and else answers as the forecaster does', () => {
    const { asked, inner } = forecaster(41, 96);
    const answers = asServed(inner, calendar).forecasts(haltedAt(90), [40, 41, 42, 94, 95, 96]);
    expect(answers).toEqual([
      studentTForecast(0.01, 40),
      OUTSIDE,
      studentTForecast(0.01, 42),
      studentTForecast(0.01, 94),
      expect.objectContaining({ outcome: 'abstained', code: 'stale-bars' }),
      expect.objectContaining({ outcome: 'abstained', code: 'stale-bars' }),
    ]);
    expect(asked).toEqual([[40, 42, 94]]);
  });

  it('goes by the forecaster’s name and asks it for nothing where all abstain', () => {
    const { asked, inner } = forecaster();
    const served = asServed(inner, calendar);
    expect(served.name).toBe('inner');
    expect(served.forecasts(haltedAt(50), [98, 99])).toMatchObject([{ code: 'stale-bars' }, { code: 'stale-bars' }]);
    expect(served.forecasts(haltedAt(50), [])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('passes on a forecaster’s own abstentions, and needs none to know a domain', () => {
    const short: Abstention = { outcome: 'abstained', code: 'too-short', detail: 'short' };
    const served = asServed(
      forecasterOf('plain', () => short),
      calendar,
    );
    expect(served.forecasts(noiseHistory(30, 1), [3, 29])).toEqual([short, short]);
  });

  it('answers from many origins as from each with the history cut there, whatever comes later', () => {
    const { inner } = forecaster(41, 96);
    const served = asServed(inner, calendar);
    const history = haltedAt(90);
    const origins = [0, 40, 41, 60, 93, 94, 95];
    const answers = served.forecasts(history, origins);
    expect(origins.map((origin) => latestForecast(served, historyUntil(history, origin)))).toEqual(answers);
    const poisoned = {
      ...history,
      bars: history.bars.map((bar, row) => (row > 95 ? { ...bar, close: 1e6, volume: NaN } : bar)),
    };
    expect(served.forecasts(poisoned, origins)).toEqual(answers);
  });

  it('fails where the forecaster gives too few answers', () => {
    const silent: Forecaster = { name: 'silent', forecasts: () => [] };
    expect(() => asServed(silent, calendar).forecasts(noiseHistory(30, 1), [20, 29])).toThrow(
      'silent gave 0 answers from 2 origins',
    );
  });
});
