/** Text that is markup already and must not be escaped again. */
export class Markup {
  constructor(readonly text: string) {}
}

type Content = Markup | string | number | readonly Markup[];

/** Markup from a template. Whatever is put in is escaped, for elements and quoted attributes alike, unless it is markup. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(strings.map((string, index) => string + textOf(contents[index] ?? '')).join(''));
}

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(({ text }) => text).join('');
  return escape(String(content));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
