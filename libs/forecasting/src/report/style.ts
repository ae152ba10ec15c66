/** Colours by name, in the light and in the dark: the first two are the ground, then text and lines on it. */
export const PALETTE: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  ground: ['#ffffff', '#14181d'],
  panel: ['#f4f6f8', '#1d232a'],
  ink: ['#1b1f24', '#e9edf1'],
  muted: ['#505a66', '#aab4bf'],
  s0: ['#0a5fa8', '#6cb8ff'],
  s1: ['#4d5763', '#b4bdc7'],
  s2: ['#a8430b', '#ff9d66'],
  s3: ['#00694a', '#4fd1a1'],
  s4: ['#86368a', '#dc9fe0'],
  s5: ['#7a5800', '#e0b64c'],
  s6: ['#00656e', '#5ccfd8'],
  s7: ['#ad1735', '#ff8a99'],
};

const DASHES = ['', '7 4', '2 3', '10 3 2 3', '5 2', '12 4', '1 4', '8 2 2 2 2 2'];

const colours = (theme: 0 | 1): string =>
  Object.entries(PALETTE)
    .map(([name, pair]) => `--${name}:${pair[theme]};`)
    .join('');

/** The report's style sheet. It brings light and dark, and fits a phone: wide tables scroll by themselves. */
export const STYLE = `
:root{color-scheme:light dark;${colours(0)}--rule:#cfd6dd}
@media (prefers-color-scheme:dark){:root{${colours(1)}--rule:#3a434d}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0;text-wrap:balance}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem}
p{max-width:46rem}
.muted,caption{color:var(--muted)}
.findings li{max-width:46rem;margin:.35rem 0}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:3px solid var(--s0)}
table{overflow-wrap:normal;border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.2rem 0 .5rem}
caption span{display:block;max-width:min(46rem,88vw)}
th,td{padding:.28rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule);vertical-align:top}
thead th{background:var(--panel);vertical-align:bottom;white-space:normal}
thead tr:first-child th:first-child{text-align:left}
th[scope=colgroup]{text-align:center;border-left:1px solid var(--rule)}
th[scope=row],th[scope=rowgroup],.text td,.text th{text-align:left}
.text td,.text th{white-space:normal;overflow-wrap:anywhere}
tbody th[scope=row]{position:sticky;left:0;background:var(--ground)}
th[scope=rowgroup]{background:var(--panel);padding-top:.6rem}
tbody tr.headline>*{font-weight:700;background:var(--panel)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.2rem}
figure{margin:0;min-width:0;max-width:42rem}
figcaption{font-weight:600;margin-bottom:.2rem}
svg{display:block;width:100%;height:auto}
svg text{fill:var(--muted);font:13px system-ui,sans-serif}
.grid line{stroke:var(--rule)}
.line{fill:none;stroke-width:2}
.reference{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}
.bar{fill:var(--s0)}
.shade{fill:var(--s2);opacity:.16}
.band-wide{fill:var(--s0);opacity:.2}
.band-narrow{fill:var(--s0);opacity:.35}
.closes{fill:none;stroke:var(--ink);stroke-width:1.8}
.happened{fill:var(--ink)}
${DASHES.map((dash, index) => `.s${index}{stroke:var(--s${index});${dash ? `stroke-dasharray:${dash}` : ''}}circle.s${index}{fill:var(--s${index});stroke-dasharray:none}`).join('\n')}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:.3rem 0 0;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.swatch{width:28px;height:8px;flex:none}
@media print{.scroll{overflow:visible}}
`;
