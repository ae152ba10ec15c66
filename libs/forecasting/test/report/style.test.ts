import { PALETTE, STYLE } from '../../src/report/style';

/** Contrast of two sRGB colours, 1–21. Source: WCAG 2.2, relative luminance. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = NaN, green = NaN, blue = NaN] = [1, 3, 5].map((start) => {
      const channel = parseInt(colour.slice(start, start + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = NaN, dark = NaN] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe('the colours of the report', () => {
  it.each(Object.keys(PALETTE).filter((name) => name !== 'ground' && name !== 'panel'))(
    'have AA contrast as text in light and dark: %s',
    (name) => {
      for (const theme of [0, 1] as const) {
        const colour = PALETTE[name]?.[theme] ?? '';
        for (const ground of ['ground', 'panel']) {
          expect(contrast(colour, PALETTE[ground]?.[theme] ?? '')).toBeGreaterThanOrEqual(4.5);
        }
      }
    },
  );

  it('know black and white', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 9);
  });

  it('are all defined for both themes', () => {
    const used = new Set(Array.from(STYLE.matchAll(/var\(--(\w+)\)/g), ([, name]) => name));
    const [light = '', dark = ''] = STYLE.split('@media (prefers-color-scheme:dark)');
    for (const name of used) {
      expect(light).toContain(`--${name}:#`);
      expect(dark).toContain(`--${name}:#`);
    }
  });
});
