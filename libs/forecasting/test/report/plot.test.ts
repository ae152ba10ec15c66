import { axisOver, bar, drawLines, horizontal, legendOf, plot } from '../../src/report/plot';
import { readPage } from '../fixtures/markup-check';

const plain = (value: number): string => String(Math.round(value * 1e6) / 1e6);

describe('an axis', () => {
  it.each<[number[], [number, number], string[]]>([
    [
      [0.012, 0.067],
      [0, 0.08],
      ['0', '0.02', '0.04', '0.06', '0.08'],
    ],
    [
      [-3, 9],
      [-5, 10],
      ['-5', '0', '5', '10'],
    ],
    [
      [2000, 2390],
      [2000, 2400],
      ['2000', '2100', '2200', '2300', '2400'],
    ],
    [
      [5, 5],
      [4, 6],
      ['4', '6'],
    ],
  ])('over %j has round ticks from end to end', (values, [from, to], labels) => {
    const axis = axisOver(values, 'y', plain);
    expect(axis.from).toBeCloseTo(from, 9);
    expect(axis.to).toBeCloseTo(to, 9);
    expect(axis.ticks.map(({ label }) => label)).toEqual(labels);
  });

  it('reaches its limits, without any value too', () => {
    const axis = axisOver([0.89], 'y', plain, { from: 0.85, to: 0.95 });
    expect(axis.ticks.map(({ label }) => label)).toEqual(['0.85', '0.875', '0.9', '0.925', '0.95']);
    expect(axisOver([], 'y', plain, { from: 0, to: 1 })).toMatchObject({ from: 0, to: 1 });
  });
});

describe('a plot', () => {
  const axis = axisOver([0, 4], 'x', plain);
  const { text } = plot({
    id: 'p',
    title: 'a < b',
    description: 'rising',
    x: axis,
    y: axis,
    marks: (x, y) => [
      horizontal(2, y),
      bar(0, 1, 0, -0, x, y),
      ...drawLines(
        [
          {
            name: 'one',
            style: 9,
            dotted: true,
            points: [
              [0, 0],
              [1, NaN],
              [4, 4],
            ],
          },
        ],
        x,
        y,
      ),
    ],
    legend: legendOf([{ name: 'one', style: 9 }]),
  });

  it('is named and described for those who cannot see it', () => {
    const elements = readPage(text);
    const [svg] = elements.filter(({ name }) => name === 'svg');
    expect(svg?.attributes).toMatchObject({ role: 'img', 'aria-labelledby': 'p-title p-desc' });
    expect(elements.flatMap(({ attributes }) => attributes['id'] ?? [])).toEqual(['p-title', 'p-desc']);
    expect(text).toContain('>a &lt; b</title>');
  });

  it('draws from the lower left to the upper right corner and leaves out what is no number', () => {
    expect(text).toContain('<polyline class="line s1" points="68,222 468,12"/>');
    expect(readPage(text).filter(({ name }) => name === 'circle')).toHaveLength(2);
  });
});
