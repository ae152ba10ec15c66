import { Markup, markup } from './markup';

/** A group of columns; without names of its own columns it is one. */
interface Heading {
  readonly name: string;
  readonly columns?: readonly string[];
}

/** Rows of a table, under a name of their own where they have one. */
export interface RowGroup {
  readonly name?: string;
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[]; readonly emphasised?: boolean }[];
}

/** A table of numbers that scrolls by itself where the page is narrow. first: heading of the rows' names. */
export function dataTable(
  caption: string,
  first: string,
  headings: readonly Heading[],
  groups: readonly RowGroup[],
): Markup {
  const width = 1 + headings.reduce((sum, { columns }) => sum + (columns?.length ?? 1), 0);
  const below = headings.flatMap(({ columns = [] }) => columns.map((column) => markup`<th scope="col">${column}</th>`));
  const single = (name: string): Markup =>
    markup`<th scope="col"${below.length > 0 ? new Markup(' rowspan="2"') : ''}>${name}</th>`;
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption><span>${caption}</span></caption>
<thead><tr>${single(first)}${headings.map(({ name, columns }) =>
    columns ? markup`<th scope="colgroup" colspan="${columns.length}">${name}</th>` : single(name),
  )}</tr>${below.length > 0 ? markup`<tr>${below}</tr>` : ''}</thead>
${groups.map(
  ({ name, rows }) =>
    markup`<tbody>${name === undefined ? '' : markup`<tr><th scope="rowgroup" colspan="${width}">${name}</th></tr>`}${rows.map(
      (row) =>
        markup`<tr${row.emphasised ? new Markup(' class="headline"') : ''}><th scope="row">${row.name}</th>${row.cells.map((cell) => markup`<td>${cell}</td>`)}</tr>
`,
    )}</tbody>`,
)}</table></div>
`;
}

/** A table of text, whose first column names its rows. */
export function textTable(caption: string, headings: readonly string[], rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return markup`<p>None is recorded.</p>`;
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table class="text">
<caption><span>${caption}</span></caption>
<thead><tr>${headings.map((heading) => markup`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name = '', ...cells]) =>
      markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>
`;
}
