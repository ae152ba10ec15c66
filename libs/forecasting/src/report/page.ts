import { Markup, markup } from './markup';
import { STYLE } from './style';

/** A part of a page under a heading. id: unique in the page. */
export interface ReportSection {
  readonly id: string;
  readonly heading: string;
  readonly content: Markup;
}

/**
 * One HTML page that needs nothing else: no script and nothing from outside. Light and dark follow the reader's system.
 * content: its sections.
 */
export function reportPage(heading: string, intro: Markup, content: Markup): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
<p class="muted">${intro}</p>
${content}
</main>
</body>
</html>
`.text;
}

/** A section of a page. id: unique in the page. */
export function section(id: string, heading: string, content: Markup): Markup {
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${heading}</h2>
${content}
</section>
`;
}
