import {
  counted,
  count,
  day,
  duration,
  instant,
  number,
  percent,
  price,
  roughPrice,
  signedPercent,
} from '../src/format';

describe('format', () => {
  it('writes prices with as many digits as tell two apart', () => {
    expect([2874.56, 31.4, 0.00123, 0, -4.5].map(price)).toEqual(['2,874.56', '31.40', '0.00123', '0.00', '−4.50']);
    expect(price(null)).toBe('–');
    expect([2527.976, 317.26, 20.5].map(roughPrice)).toEqual(['2,528', '317.3', '20.50']);
  });

  it('writes shares as percentages, with a sign where it is asked for and something is left to sign', () => {
    expect(percent(0.8943)).toBe('89.4\u202f%');
    expect([0.0123, -0.0123, 0.00001].map((share) => signedPercent(share))).toEqual([
      '+1.2\u202f%',
      '−1.2\u202f%',
      '0.0\u202f%',
    ]);
    expect(percent(undefined)).toBe('–');
  });

  it('writes numbers to three significant digits, and very small ones with their power of ten', () => {
    expect([0.013590563, 113.26, 0, 0.0000257].map((value) => number(value))).toEqual([
      '0.0136',
      '113',
      '0',
      '2.57e−5',
    ]);
  });

  it('writes days and instants without asking where the reader lives', () => {
    expect(day('2020-04-07')).toBe('7 Apr 2020');
    expect(instant('2026-11-28T08:37:23.142Z')).toBe('28 Nov 2026, 08:37:23');
    expect([day(null), instant(null)]).toEqual(['–', '–']);
  });

  it('writes durations in the unit that fits', () => {
    expect(
      [0.0421, 0.9999, 4.25, 42, 75.2, 3720].map((seconds) => duration(seconds).replaceAll('\u202f', ' ')),
    ).toEqual(['42 ms', '1.0 s', '4.3 s', '42 s', '1 min 15 s', '1 h 2 min']);
  });

  it('counts in words', () => {
    expect([counted(1, 'session'), counted(1200, 'session'), count(null)]).toEqual([
      '1 session',
      '1,200 sessions',
      '–',
    ]);
  });
});
